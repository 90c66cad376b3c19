/** Drives the page as a person would: by its names, its keys and the pixels on the screen. */

import { createRequire } from "node:module";
import { decodePng, meanColor } from "./pixels.mjs";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))(
  "playwright-core",
);

const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Room around the fitted picture, as in the page's viewport. */
const MARGIN = 16;
const PATIENCE_MS = 60_000;
/** A busy machine takes its time for a whole clip. */
const WORK_MS = 180_000;
/** A page that does not say by then what it is doing is busy. */
const ANSWER_MS = 5000;

export function check(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

/** Tries until `probe` returns something truthy, and says what it waited for when it never does. */
export async function until(what, probe, patience = PATIENCE_MS) {
  const end = performance.now() + patience;
  for (;;) {
    const result = await probe();
    if (result) return result;
    check(performance.now() < end, `Waited ${patience / 1000} s for: ${what}.`);
    await rest(40);
  }
}

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until a page's editor shows a picture: from then on it takes keys and clicks. */
export async function pictureIn(page) {
  page.setDefaultTimeout(PATIENCE_MS);
  await page.locator(".editor:not(:has(.stage-cover))").waitFor();
}

export class Editor {
  /** Opens a browser; `close` it in the end. Whatever the page complains of is kept. */
  static async launch({ url, decoder, shots, width = 1366, height = 768 }) {
    const browser = await chromium.launch({
      executablePath: process.env.MATTEBOX_CHROMIUM || "/usr/bin/chromium",
      args: FLAGS,
    });
    const page = await browser.newPage({ viewport: { width, height }, acceptDownloads: true });
    page.setDefaultTimeout(PATIENCE_MS);
    return new Editor(browser, page, { url, decoder, shots });
  }

  constructor(browser, page, options) {
    this.browser = browser;
    this.page = page;
    this.options = options;
    this.complaints = [];
    this.shotCount = 0;
    this.known = null;
    this.unanswered = new Set();
    page.on("request", (request) => this.unanswered.add(request));
    for (const end of ["requestfinished", "requestfailed"]) {
      page.on(end, (request) => this.unanswered.delete(request));
    }
    page.on("pageerror", (error) => this.complaints.push(String(error.stack ?? error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  close() {
    return this.browser.close();
  }

  /** What `promise` resolves to; when that takes too long it fails and tells what the page was doing. */
  async within(what, promise, patience = PATIENCE_MS) {
    const late = Symbol("late");
    let timer = null;
    const deadline = new Promise((resolve) => (timer = setTimeout(resolve, patience, late)));
    const result = await Promise.race([promise, deadline]).finally(() => clearTimeout(timer));
    if (result !== late) return result;
    const waited = typeof what === "string" ? what : what();
    throw new Error(`Waited ${patience / 1000} s for: ${waited}; ${await this.doing()}.`);
  }

  /** What the page is at, in words. */
  async doing() {
    const look = () => {
      const { activeElement, visibilityState } = document;
      const told = [...document.querySelectorAll("[role=status], [role=alert]")];
      return {
        visible: visibilityState,
        elements: document.querySelectorAll("*").length,
        moving: document.getAnimations().length,
        focus: activeElement?.getAttribute("aria-label") ?? activeElement?.tagName,
        says: told.map(({ textContent }) => textContent).filter(Boolean),
      };
    };
    const answer = await Promise.race([this.page.evaluate(look), rest(ANSWER_MS)]).catch(String);
    const seen = answer ? JSON.stringify(answer) : `silent for ${ANSWER_MS / 1000} s`;
    const paths = [...this.unanswered].map((one) => `${one.method()} ${new URL(one.url()).pathname}`);
    return `the page at ${this.page.url()} is ${seen}, unanswered: ${paths.join(", ") || "nothing"}`;
  }

  async openProjects() {
    const search = this.options.decoder === "auto" ? "" : `?decoder=${this.options.decoder}`;
    await this.page.goto(`${this.options.url}/${search}`);
    await this.page.getByRole("heading", { name: "Recent projects" }).waitFor();
  }

  upload(file) {
    return this.page.getByLabel("Video file").setInputFiles(file);
  }

  /** Waits until the editor shows a picture. */
  async pictureShown() {
    await pictureIn(this.page);
    await this.page.mouse.move(5, 300);
  }

  /** A project of its own for a clip. */
  async open(clip) {
    await this.openProjects();
    await this.upload(clip);
    await this.pictureShown();
  }

  /** The first Apply, of one click; it takes the click in that is still on its way to the server. */
  async cutOut(click) {
    await this.clickPicture(...click);
    await this.press("Enter");
    await this.projectUntil("the first revision", ({ revision }) => revision === 1);
    await this.appliedUntil();
  }

  get projectId() {
    return /projects\/([\w-]+)/.exec(this.page.url())?.[1];
  }

  /** The project as the server has it. */
  async project() {
    const address = `${this.options.url}/api/v1/projects/${this.projectId}`;
    return (await this.page.request.get(address)).json();
  }

  /** What is known of the footage; it never changes. */
  async clip() {
    const id = this.projectId;
    if (this.known?.id !== id) this.known = await this.project();
    return this.known.clip;
  }

  async clicks() {
    const project = await this.project();
    return project.objects.flatMap((object) => object.keyframes.flatMap((key) => key.clicks));
  }

  /** Waits until the server's project is as wanted. */
  projectUntil(what, wanted) {
    return until(what, async () => {
      const project = await this.project();
      return wanted(project) ? project : null;
    });
  }

  async frame() {
    return Number(await this.page.getByTestId("frame").textContent());
  }

  frameUntil(wanted) {
    return until(`frame ${wanted}`, async () => (await this.frame()) === wanted);
  }

  /** Clicks the timeline in the middle of a frame's slot. */
  async seek(frame) {
    const { frame_count: count } = await this.clip();
    const track = await this.page.getByRole("slider", { name: "Timeline" }).boundingBox();
    const x = track.x + ((frame + 0.5) / count) * track.width;
    await this.page.mouse.click(x, track.y + 40);
    await this.frameUntil(frame);
    await this.page.mouse.move(5, 300);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  async view(name) {
    await this.page.getByRole("radio", { name, exact: true }).click();
    await this.page.mouse.move(5, 300);
  }

  async hidePoints() {
    await this.press("h");
    await this.page.locator(".point").first().waitFor({ state: "detached" });
  }

  /** Resolves when the page has laid out, and told itself of, what it was changed to. */
  laidOut() {
    return this.page.evaluate(async () => {
      // Whoever observes sizes hears of them only after the callbacks of a frame.
      for (let i = 0; i < 2; i += 1) await new Promise((resolve) => window.requestAnimationFrame(resolve));
    });
  }

  /** Screen position of a picture point while the picture is fitted. */
  async at(x, y) {
    const { width, height } = await this.clip();
    // A lane more makes the stage smaller, and the picture on it follows.
    await this.laidOut();
    const stage = await this.page.locator(".stage").boundingBox();
    const scale = Math.min((stage.width - 2 * MARGIN) / width, (stage.height - 2 * MARGIN) / height);
    return {
      x: stage.x + stage.width / 2 + (x - 0.5) * width * scale,
      y: stage.y + stage.height / 2 + (y - 0.5) * height * scale,
    };
  }

  async clickPicture(x, y, options = {}) {
    const at = await this.at(x, y);
    if (options.alt) await this.page.keyboard.down("Alt");
    await this.page.mouse.click(at.x, at.y);
    if (options.alt) await this.page.keyboard.up("Alt");
    await this.page.mouse.move(5, 300);
  }

  /** Colours on the screen at picture points. */
  async colors(points) {
    const image = decodePng(await this.page.screenshot());
    const spots = await Promise.all(points.map(([x, y]) => this.at(x, y)));
    return spots.map((spot) => meanColor(image, spot.x, spot.y));
  }

  /** The same once two looks see the same: a canvas shows what was drawn later than the page tells. */
  async stillColors(points) {
    let before = null;
    return until("a picture that stands still", async () => {
      const colors = await this.colors(points);
      const same = JSON.stringify(colors) === before;
      before = JSON.stringify(colors);
      return same && colors;
    });
  }

  async shot(name) {
    if (!this.options.shots) return;
    this.shotCount += 1;
    const number = String(this.shotCount).padStart(2, "0");
    await this.page.screenshot({ path: `${this.options.shots}-${number}-${name}.png` });
  }

  async button(name) {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  /** Closes the dialog; until then it has all keys. */
  async closeDialog() {
    await this.press("Escape");
    await this.page.getByRole("dialog").waitFor({ state: "detached" });
  }

  /** Waits until nothing is stale and every frame's matte is made. */
  appliedUntil() {
    return this.page.getByText("Up to date", { exact: true }).waitFor({ timeout: WORK_MS });
  }

  /** The page's own performance measures, by name. */
  measures() {
    return this.page.evaluate(() =>
      performance
        .getEntriesByType("measure")
        .filter((entry) => entry.name.startsWith("mattebox:"))
        .map((entry) => ({ name: entry.name.slice(9), ms: Math.round(entry.duration) })),
    );
  }
}
