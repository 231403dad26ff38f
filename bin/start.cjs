'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

// Before React loads: its development build doubles the cost of drawing.
process.env.NODE_ENV = 'production';
delete process.env.INDEXDECK_STARTED_AGAIN;

const main = join(__dirname, '..', 'dist', 'cli', 'main.js');

if (existsSync(main)) {
  import(pathToFileURL(main).href).then(({ run }) => run());
} else {
  process.stderr.write(`indexdeck: it is not built yet: run "npm run build" in ${join(__dirname, '..')}\n`);
  process.exitCode = 2;
}
