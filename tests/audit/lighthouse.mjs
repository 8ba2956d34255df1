// Runs Lighthouse in a running Chromium: one JSON job per line in, one JSON answer per line out.
//
//   node lighthouse.mjs FOLDER PORT
//
// FOLDER holds node_modules. A job: {"url", "mode", "cookies": {}, "theme"}.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';

const [folder, port] = process.argv.slice(2);
const find = createRequire(`${folder}/package.json`);
const load = async name => import(pathToFileURL(find.resolve(name)));
const { default: puppeteer } = await load('puppeteer-core');
const { navigation, snapshot } = await load('lighthouse');

const categories = ['accessibility', 'best-practices', 'seo'];
const flags = {
  onlyCategories: categories,
  formFactor: 'desktop',
  screenEmulation: { mobile: false, width: 1280, height: 900, deviceScaleFactor: 1, disabled: false },
  throttlingMethod: 'provided',
  // A page that follows a sending asks every two seconds, so the line is never quiet for long.
  maxWaitForLoad: 5000,
  networkQuietThresholdMs: 500,
  cpuQuietThresholdMs: 500,
  pauseAfterFcpMs: 0,
  pauseAfterLoadMs: 0,
  // Pictures of long pages take long, and no audit reads them.
  disableFullPageScreenshot: true,
  // The cookies hold the session.
  disableStorageReset: true,
  logLevel: 'silent',
};

const browser = await puppeteer.connect({
  browserURL: `http://127.0.0.1:${port}`,
  defaultViewport: null,
});

async function audited(job) {
  // A context each, so that no session reaches a job of another user.
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    const cookies = Object.entries(job.cookies).map(([name, value]) => ({
      name, value, domain: '127.0.0.1', path: '/',
    }));
    if (cookies.length) await context.setCookie(...cookies);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: job.theme }]);
    if (job.mode === 'navigation') return await navigation(page, job.url, { flags });
    await page.goto(job.url, { waitUntil: 'load' });
    return await snapshot(page, { flags });
  } finally {
    await context.close();
  }
}

function failed(lhr) {
  const asked = new Set(Object.values(lhr.categories).flatMap(one => one.auditRefs).map(ref => ref.id));
  return Object.values(lhr.audits)
    .filter(one => asked.has(one.id))
    .filter(one => one.scoreDisplayMode === 'error' || (one.score !== null && one.score < 1))
    .map(one => ({
      id: one.id,
      title: one.title,
      error: one.errorMessage ?? '',
      selectors: (one.details?.items ?? []).slice(0, 3)
        .map(item => item.node?.selector ?? item.description ?? item.url ?? '').filter(Boolean),
    }));
}

for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  try {
    const { lhr } = await audited(job);
    const refused = lhr.runtimeError?.message;
    console.log(JSON.stringify({ failed: failed(lhr), refused }));
  } catch (error) {
    console.log(JSON.stringify({ failed: [], refused: String(error) }));
  }
}
await browser.disconnect();
