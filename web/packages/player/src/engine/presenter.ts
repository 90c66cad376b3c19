/** What is on the canvas: draws complete pictures, keeps the last one so it can be drawn again. */

import type { Planes } from "../decode/decoder";
import type { Manifest } from "../manifest";
import { FIT, type Size } from "../layout";
import type { Layer } from "../pairing";
import { Renderer, type RendererHooks } from "../render/renderer";
import type { EdgedLayer } from "../render/textures";
import type { MatteState, ObjectStyle, Pixels, View, ViewTransform, Wipe } from "../types";
import type { Rect } from "./api";
import { Quality, type Motive } from "./quality";

/** A picture that may be drawn, by the pairing rule. */
export interface Presentation {
  readonly frame: number;
  readonly manifest: Manifest;
  readonly matte: MatteState;
  readonly plate: Planes;
  readonly layers: readonly Layer[];
  /** Another revision's mattes of the same frame, left of the wipe. */
  readonly against: Compared | null;
}

export interface Compared {
  readonly revision: number;
  readonly matte: MatteState;
  readonly layers: readonly Layer[];
}

export class Presenter {
  view: View = { kind: "overlay" };
  transform: ViewTransform = FIT;
  wipe: Wipe | null = null;
  readback: Rect | null = null;
  private readonly renderer: Renderer;
  private readonly quality = new Quality();
  /** Of the drawing buffer, when all lines are drawn. */
  private size: Size;
  private scale = 1;
  /** Null at rest. */
  private motive: Motive | null = null;
  private current: Presentation | null = null;
  private styles: readonly ObjectStyle[] = [];

  /** @throws Error with one sentence when the browser offers no WebGL 2. */
  constructor(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    hooks: RendererHooks,
    /** Draw fewer lines while playing, where drawing is too slow. */
    private readonly adaptive: boolean,
  ) {
    this.renderer = new Renderer(canvas, hooks);
    this.size = this.renderer.size;
  }

  get isLost(): boolean {
    return this.renderer.isLost;
  }

  /** What is on the canvas, or null before the first picture. */
  get shown(): Presentation | null {
    return this.current;
  }

  /** Whether drawing `next` would change frame, revision, mattes or plate. */
  changes(next: Presentation): boolean {
    const now = this.current;
    return (
      now?.frame !== next.frame ||
      now.manifest.revision !== next.manifest.revision ||
      now.matte !== next.matte ||
      now.plate !== next.plate ||
      now.against?.revision !== next.against?.revision ||
      now.against?.matte !== next.against?.matte ||
      differ(now.layers, next.layers) ||
      differ(now.against?.layers ?? [], next.against?.layers ?? [])
    );
  }

  /** How objects are drawn from the next picture on. */
  setObjects(styles: readonly ObjectStyle[]): void {
    this.styles = styles;
  }

  present(next: Presentation): void {
    this.current = next;
    this.drawAgain();
  }

  /** Draws the same picture with the view as it is now. */
  drawAgain(): void {
    const { current, renderer, view, wipe, transform } = this;
    if (!current || renderer.isLost) return;
    const { plate, layers } = current;
    const { video } = current.manifest;
    const matrix = video.matrix ?? "bt709";
    const otherLayers = this.edged(current.against?.layers ?? []);
    const picture = { plate, layers: this.edged(layers), otherLayers, picture: video, matrix, range: video.range };
    renderer.draw({ ...picture, view, wipe, transform });
  }

  /** With the edges as they are now, whatever revision the mattes are of. */
  private edged(layers: readonly Layer[]): EdgedLayer[] {
    return layers.map((layer) => ({ ...layer, edge: this.styles.find(({ id }) => id === layer.id)?.edge ?? null }));
  }

  /** Takes the picture off, because the clip it belongs to goes away. */
  forget(): void {
    this.current = null;
  }

  resize(width: number, height: number): void {
    this.size = { width, height };
    this.fit();
  }

  /** Part of the lines and columns that is drawn. */
  get drawScale(): number {
    return this.scale;
  }

  /** A picture is about to be drawn on the way, `skipped` were passed over before it. */
  pace(motive: Motive, skipped: number): void {
    if (this.motive !== motive) this.quality.begin(motive);
    this.motive = motive;
    this.quality.note(skipped);
    this.setScale(this.quality.scale);
  }

  /** The picture stands: all of its lines are drawn. */
  rest(): void {
    this.motive = null;
    this.setScale(1);
  }

  /** The RGBA asked for by `readback`, of what this task drew. */
  readRect(): Uint8Array | undefined {
    const rect = this.readback;
    return rect ? this.renderer.read(rect.x, rect.y, rect.width, rect.height) : undefined;
  }

  /** @throws Error before the first picture, and while the graphics are gone. */
  readPixels(): Pixels {
    if (this.isLost) throw new Error("The graphics context was lost; its picture can be read when it is back.");
    if (!this.current) throw new Error("No picture has been drawn yet.");
    this.drawAgain();
    const { frame, matte, manifest } = this.current;
    const { width, height } = this.renderer.size;
    const data = this.renderer.read(0, 0, width, height);
    return { frame, revision: manifest.revision, matte, width, height, data };
  }

  private setScale(scale: number): void {
    if (!this.adaptive || scale === this.scale) return;
    this.scale = scale;
    this.fit();
  }

  private fit(): void {
    const { width, height } = this.size;
    this.renderer.resize(Math.ceil(width * this.scale), Math.ceil(height * this.scale));
    // Resizing empties the drawing buffer: draw in this very task, or the canvas flickers.
    this.drawAgain();
  }

  close(): void {
    this.forget();
    this.renderer.close();
  }
}

function differ(a: readonly Layer[], b: readonly Layer[]): boolean {
  return a.length !== b.length || a.some((layer, i) => layer.pixels !== b[i]?.pixels);
}
