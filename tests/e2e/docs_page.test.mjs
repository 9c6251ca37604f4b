// SPDX-License-Identifier: MIT
// The docs page as a person uses it: sign in through the lock, predict with "Execute"; and the home page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const base = process.env.BASE_URL;
const screenshot = process.env.SCREENSHOT;
const quiet = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

let browser;
let page;
const faults = [];

/** Whatever the page complains of, breaks or asks elsewhere for. */
function watch(context) {
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => faults.push(`uncaught: ${error.error()}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== base && url.protocol !== "data:") faults.push(`asked elsewhere: ${url}`);
  });
  context.on("response", (answer) => {
    if (answer.status() >= 400) faults.push(`${answer.status()}: ${answer.url()}`);
  });
  context.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    if (why !== "net::ERR_ABORTED") faults.push(`${why}: ${request.url()}`);  // aborted: the page was left meanwhile
  });
  return context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`CSP: ${event.violatedDirective} of ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
    });
  });
}

before(async () => {
  assert.ok(base, "BASE_URL names the server: tests/e2e/run.sh starts one");
  // Playwright gives each launch a profile of its own, which it deletes at the end.
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: quiet });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: "light",
    reducedMotion: "reduce",
    locale: "en-GB",
  });
  context.setDefaultTimeout(20_000);
  await watch(context);
  page = await context.newPage();
});

after(() => browser?.close());

const block = (operation) => page.locator(`.opblock[id$="-${operation}"]`);

/** Opens an operation, sends its example as it stands, and reads the answer. */
async function execute(operation) {
  const opblock = block(operation);
  await opblock.locator(".opblock-summary-control").first().click();
  await opblock.locator(".btn.execute").click();
  const answer = opblock.locator(".live-responses-table");
  await answer.locator(".response-col_status").last().waitFor();
  return {
    opblock,
    status: (await answer.locator("tbody .response-col_status").first().innerText()).trim(),
    body: JSON.parse(await answer.locator(".response-col_description .highlight-code code").first().innerText()),
  };
}

test("the home page greets and leads to the docs", async () => {
  const answer = await page.goto(`${base}/`);
  assert.equal(answer.status(), 200);
  await page.getByRole("heading", { name: "Welcome to this ML Base API!" }).waitFor();
  const services = await page.locator(".services li").allInnerTexts();
  assert.deepEqual(services.slice(0, 2), ["v1 Text category", "v2 House price"]);
  await page.getByRole("link", { name: "Open the API docs" }).click();
  await page.waitForURL(`${base}/docs`);
  assert.deepEqual(faults, []);
});

test("the docs page shows every tag and no error", async () => {
  await page.goto(`${base}/docs`);
  await block("make_prediction_v2_mlservice_v2_predict_post").waitFor();
  const tags = await page.locator(".opblock-tag").evaluateAll((all) => all.map((tag) => tag.dataset.tag));
  for (const tag of ["auth", "user", "admin", "mlservice/v1", "mlservice/v2"]) assert.ok(tags.includes(tag), tag);
  assert.equal(await page.locator(".errors-wrapper").count(), 0);
  assert.deepEqual(faults, []);
});

test("the lock signs the superuser in", async () => {
  await page.locator(".auth-wrapper .btn.authorize").click();
  await page.locator("#oauth_username").fill("superuser@example.com");
  await page.locator("#oauth_password").fill("8888");
  await page.locator(".auth-btn-wrapper .btn.authorize").click();
  await page.locator(".auth-btn-wrapper", { hasText: "Logout" }).waitFor();
  await page.locator(".auth-btn-wrapper .btn-done").click();
  await page.locator(".auth-wrapper .btn.authorize.locked").waitFor();
  assert.deepEqual(faults, []);
});

test("v1 answers with a category", async () => {
  const { opblock, status, body } = await execute("make_prediction_v1_mlservice_v1_predict_post");
  assert.equal(status, "200");
  assert.deepEqual(Object.keys(body), ["category"]);
  assert.ok(["great", "other"].includes(body.category));
  await opblock.locator(".opblock-summary-control").first().click();
  assert.deepEqual(faults, []);
});

test("v2 answers with a price", async () => {
  const { opblock, status, body } = await execute("make_prediction_v2_mlservice_v2_predict_post");
  assert.equal(status, "200");
  assert.deepEqual(Object.keys(body), ["price"]);
  assert.ok(body.price > 1000, `a house for ${body.price}`);
  assert.match(await opblock.innerText(), /x-service-call-id: \d+/);
  assert.deepEqual(faults, []);
});

test("the README's picture", { skip: !screenshot }, async () => {
  // Only what a newcomer needs: the tags, and one prediction with its answer.
  for (const tag of ["default", "auth", "user", "admin", "mlservice", "mlservice/v1"]) {
    await page.locator(`.opblock-tag[data-tag="${tag}"]`).click();
  }
  const opblock = block("make_prediction_v2_mlservice_v2_predict_post");
  await opblock.evaluate((element) => {
    // The command shows the token, which belongs into no picture.
    const parts = element.querySelectorAll(".curl-command, .request-url, .parameters-container");
    for (const part of parts) part.style.display = "none";
  });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.mouse.move(0, 0);
  const { y, height } = await opblock.locator(".live-responses-table").boundingBox();
  await page.screenshot({
    path: screenshot,
    fullPage: true,
    clip: { x: 0, y: 0, width: 1280, height: Math.floor(y + height) },
    caret: "hide",
  });
});
