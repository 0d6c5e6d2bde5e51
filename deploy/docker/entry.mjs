// The entry program of the images: `entry.mjs <name>` runs one of programs.mjs; without a name, the one that the image was built for (SERVICE).
// `migrate` may have arguments of its own, such as `--check`.
// The program is loaded into this process, so that it is the one that gets the signals of the container.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { programs } from "./programs.mjs";

const [name = process.env.SERVICE, ...rest] = process.argv.slice(2);
const place = name === undefined || !Object.hasOwn(programs, name) ? undefined : programs[name];
const url = place === undefined ? undefined : new URL(`../../${place}`, import.meta.url);

if (url === undefined || (rest.length > 0 && name !== "migrate"))
  fail(`usage: entry.mjs ${Object.keys(programs).join(" | ")}`);
else if (!existsSync(url))
  fail(`this image does not hold ${name}: it was built for ${process.env.SERVICE ?? "another service"}`);
else {
  process.argv.splice(1, 2, fileURLToPath(url));
  await import(url.href);
}

/** Code 64: the command is wrong, and a restart will not help. */
function fail(text) {
  console.error(text);
  process.exitCode = 64;
}
