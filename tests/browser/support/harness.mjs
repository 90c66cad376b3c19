/** What the test scripts share: starting everything, and reporting one JSON line. */

import { buildPages, launch, openPage } from "./browser.mjs";
import { serve } from "./server.mjs";

/** Runs `test` with pages, a browser and `site(options)`; cleans up whatever happens. */
export async function withBrowser(test, args = []) {
  const pages = await buildPages();
  const browser = await launch(args);
  const sites = [];
  const site = async (options) => {
    const started = await serve({ pages: pages.folder, ...options });
    sites.push(started);
    return started.origin;
  };
  try {
    const summary = await test({ browser, site, open: (address) => openPage(browser, address) });
    console.log(JSON.stringify(summary));
  } finally {
    await browser.close();
    await Promise.all(sites.map((started) => started.close()));
    pages.remove();
  }
}
