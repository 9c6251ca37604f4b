// SPDX-License-Identifier: MIT
//
// Writes web/dist/ anew from src/ and two npm packages. Node's own modules only; the same input gives the same bytes.

import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = (...path) => join(here, "src", ...path);
const dist = (...path) => join(here, "dist", ...path);
const packageFile = (...path) => join(here, "node_modules", ...path);

const shortestPassword = 8; // the server's own default; shorter ones are refused anyway
const fewestPasswords = 3000;

// What someone who knows this product would try first.
const ownPasswords = [
  "inferkeep", "inferkeep1", "inferkeep12", "inferkeep123", "inferkeep!", "infer-keep", "inferkeepadmin",
  "superuser", "superuser1", "superuser123", "super-user", "super_user", "administrator1", "admin123", "admin1234",
  "admin12345", "adminadmin", "password!", "passw0rd!", "p@ssw0rd", "p@ssword", "changeme1", "changeme123",
  "change-me", "letmein123", "welcome123", "machinelearning", "mlservice", "mlbaseapi", "test1234", "secret123",
];

await rm(dist(), { recursive: true, force: true });
await mkdir(dist("docs"), { recursive: true });
await copyPages();
await copySwaggerUi();
const count = await writeBlockedPasswords();
console.log(`web/dist written, ${count} blocked passwords`);

async function copyPages() {
  await copyFile(source("home.html"), dist("home.html"));
  for (const name of ["index.html", "docs.js", "favicon.svg"]) {
    await copyFile(source("docs", name), dist("docs", name));
  }
  // Both pages share their colours and their head.
  const theme = await readFile(source("docs", "theme.css"), "utf8");
  for (const name of ["docs.css", "home.css"]) {
    await writeFile(dist("docs", name), theme + (await readFile(source("docs", name), "utf8")));
  }
}

async function copySwaggerUi() {
  for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
    const text = await readFile(packageFile("swagger-ui-dist", name), "utf8");
    await writeFile(dist("docs", name), withoutSourceMap(text));
  }
  // Their licences ask to be passed on with the files.
  await copyFile(packageFile("swagger-ui-dist", "LICENSE"), dist("docs", "swagger-ui.LICENSE.txt"));
  await copyFile(packageFile("swagger-ui-dist", "NOTICE"), dist("docs", "swagger-ui.NOTICE.txt"));
  const bundled = "swagger-ui-bundle.js.LICENSE.txt";
  await copyFile(packageFile("swagger-ui-dist", bundled), dist("docs", bundled));
}

// The maps are not served, and a browser with its tools open would ask for them.
function withoutSourceMap(text) {
  return text.replace(/\n?(\/\/# sourceMappingURL=\S+|\/\*# sourceMappingURL=\S+ *\*\/)\s*$/, "\n");
}

async function writeBlockedPasswords() {
  const lists = createRequire(import.meta.url)("zxcvbn/lib/frequency_lists.js");
  const passwords = [...new Set([...lists.passwords, ...ownPasswords])]
    .map((password) => password.toLowerCase())
    .filter((password) => Buffer.byteLength(password) >= shortestPassword)
    .sort(); // by code unit, which for these ASCII words is the order of their bytes
  if (passwords.length < fewestPasswords) {
    throw new Error(`only ${passwords.length} blocked passwords, expected at least ${fewestPasswords}`);
  }
  await writeFile(dist("blocked_passwords.txt"), passwords.join("\n") + "\n");
  await copyFile(packageFile("zxcvbn", "LICENSE.txt"), dist("blocked_passwords.LICENSE.txt"));
  return passwords.length;
}
