import { setFlagsFromString } from 'node:v8';

/**
 * To be imported before the parser: its WASM is compiled once, quickly, and not again for speed. V8 would optimise the
 * grammar's one huge function while a plan of some fifty statements is read: half a second of CPU and 550 MB in each
 * process, to read ten megabytes of SQL a tenth faster. Flags that a V8 does not know are ignored.
 */
setFlagsFromString('--no-wasm-tier-up');
setFlagsFromString('--no-wasm-dynamic-tiering');
