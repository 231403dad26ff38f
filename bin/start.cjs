'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { setFlagsFromString } = require('node:v8');

// Before React loads: its development build doubles the cost of drawing.
process.env.NODE_ENV = 'production';
delete process.env.INDEXDECK_STARTED_AGAIN;

// Node may hang for ever in process.exit(): it joins a thread that compiles and waits for a garbage collection that never
// comes (nodejs/node#54918): seen once in some fifty short runs, in these two compilers, and in none of 700 without them.
setFlagsFromString('--no-concurrent-sparkplug');
setFlagsFromString('--no-maglev');

const main = join(__dirname, '..', 'dist', 'cli', 'main.js');

if (existsSync(main)) {
  import(pathToFileURL(main).href).then(({ run }) => run());
} else {
  process.stderr.write(`indexdeck: it is not built yet: run "npm run build" in ${join(__dirname, '..')}\n`);
  process.exitCode = 2;
}
