// Drives one page of Chromium for a test: a line of JSON in, a line of JSON out. Knows nothing of CupTel.
import readline from "node:readline";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const options = JSON.parse(process.argv[2] ?? "{}");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
const context = await browser.newContext({ locale: "it-IT", ...options });
const page = await context.newPage();
const faults = [];
page.on("pageerror", (error) => faults.push(String(error)));
page.on("console", (message) => {
  if (message.type() === "error") faults.push(message.text());
});

// What the page has asked for and not heard of yet; a stream is never heard of to its end.
const asked = new Map();
page.on("request", (request) => {
  if (!["eventsource", "other"].includes(request.resourceType())) asked.set(request, Date.now());
});
for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => asked.delete(request));

// Answers that are held, and the line to the browser that holds them.
const waiting = [];
let line;

// As somebody who waits for an answer before they go on, and not for ever.
const PATIENCE_MS = 4000;
async function answered() {
  const turn = () => evaluate(() => new Promise((done) => setTimeout(done, 5)));
  const awaits = () => [...asked.values()].some((sinceMs) => Date.now() - sinceMs < PATIENCE_MS);
  // What was pressed has been handled after a turn of the page, and what its answer brought after two.
  await turn();
  while (awaits()) {
    while (awaits()) await turn();
    await turn();
    await turn();
  }
}

// Asked while another page comes in place of this one, it is asked of that page.
async function ofWhatIsThere(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!String(error).includes("Execution context was destroyed")) throw error;
      await page.waitForLoadState("load");
    }
  }
}

function evaluate(asked) {
  return ofWhatIsThere(() => page.evaluate(asked));
}

// The element with the focus, as a screen reader would name it.
async function focused() {
  return evaluate(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return { tag: "body", id: "", name: "" };
    const label = at.labels?.[0]?.textContent ?? at.getAttribute("aria-label") ?? at.textContent;
    return { tag: at.tagName.toLowerCase(), id: at.id, name: (label ?? "").trim() };
  });
}

const acts = {
  open: async ({ url }) => ({ status: (await page.goto(url)).status(), url: page.url() }),
  press: async ({ keys }) => {
    for (const key of keys) {
      await page.keyboard.press(key);
      await answered();
    }
    return { url: page.url() };
  },
  type: async ({ text }) => {
    await page.keyboard.type(text);
    return {};
  },
  point: async ({ selector }) => {
    await page.locator(selector).first().hover();
    return {};
  },
  settle: async () => {
    // Another page may have come while it was waited for.
    let url;
    do {
      url = page.url();
      await page.waitForLoadState("load");
    } while (url !== page.url());
    return { url };
  },
  focused,
  text: async ({ selector }) => ({ text: await page.locator(selector).first().innerText() }),
  count: async ({ selector }) => ({ n: await page.locator(selector).count() }),
  value: async ({ selector }) => ({ value: await page.locator(selector).first().inputValue() }),
  picture: async ({ path }) => {
    await page.screenshot({ path, fullPage: true });
    return {};
  },
  tree: async ({ selector }) => ({ text: await page.locator(selector).ariaSnapshot() }),
  axe: async () => {
    const found = await ofWhatIsThere(() => new AxeBuilder({ page }).analyze());
    const told = found.violations.map((it) => ({
      rule: it.id, help: it.help, at: it.nodes.map((node) => node.target.join(" ")),
    }));
    return { violations: told };
  },
  overflow: async () => ({
    width: await evaluate(() => document.documentElement.scrollWidth),
    view: await evaluate(() => document.documentElement.clientWidth),
  }),
  title: async () => ({ text: await page.title() }),
  // What is answered at this place does not arrive before it is let go.
  hold: async ({ pattern }) => {
    line = await context.newCDPSession(page);
    line.on("Fetch.requestPaused", ({ requestId }) => waiting.push(requestId));
    await line.send("Fetch.enable", { patterns: [{ urlPattern: pattern, requestStage: "Response" }] });
    return {};
  },
  release: async () => {
    for (const requestId of waiting.splice(0)) await line.send("Fetch.continueRequest", { requestId });
    await line.detach();
    await answered();
    return {};
  },
  // As another tab of this browser, which shares its cookies.
  post: async ({ url, form }) => {
    const headers = { origin: new URL(url).origin };
    return { status: (await context.request.post(url, { form, headers })).status() };
  },
  // Whoever used this browser is not known any more.
  forget: async () => {
    await answered();
    await context.clearCookies();
    return {};
  },
  // Names that more than one button, or link to another place, goes by.
  twins: async () => ({
    names: await evaluate(() => {
      const seen = new Map();
      for (const it of document.querySelectorAll("main button, main a[href]")) {
        if (it.getClientRects().length === 0) continue;
        const name = (it.getAttribute("aria-label") ?? it.textContent).trim().replace(/\s+/g, " ");
        const where = it.href ?? `${it.form?.action} ${it.formAction} ${it.id} ${it.value}`;
        seen.set(name, (seen.get(name) ?? new Set()).add(where));
      }
      return [...seen].filter(([, places]) => places.size > 1).map(([name]) => name);
    }),
  }),
  faults: async () => ({ faults: faults.splice(0) }),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { act, ...wish } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: await acts[act](wish) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
