/**
 * Makes dist/ of src/: each process's program and the parts that it loads when it needs them. Half of what a start costs is
 * finding and linking modules, so ours become few; those of others stay in node_modules, with their licences. `node scripts/build.ts`
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const source = at('../src/');
const dist = at('../dist/');

/** What is started by its path: the program, and the processes that it starts. */
const PROCESSES = ['cli/main', 'daemon/main', 'demo/host', 'demo/reaper'];

/** Wherever a module's code ends up, it finds files from where it would be itself: each part is as deep in dist/ as src/'s rooms in src/. */
const sameUrls: Plugin = {
  name: 'same-urls',
  transform: {
    filter: { id: /\.tsx?$/, code: 'import.meta.url' },
    handler: (_, id, { magicString }) => {
      if (magicString === undefined) throw new Error('rolldown gives no magicString');
      const own = id.replace(source, '../').replace(/\.tsx?$/, '.js');
      const code = magicString.replaceAll('import.meta.url', `new URL(${JSON.stringify(own)}, import.meta.url).href`);
      return { code };
    },
  },
};

const bundle = await rolldown({
  input: Object.fromEntries(PROCESSES.map((name) => [name, `${source}${name}.ts`])),
  platform: 'node',
  external: /^[^./]/,
  tsconfig: at('../tsconfig.json'),
  plugins: [sameUrls],
  experimental: { nativeMagicString: true },
});
// An old file left in dist/ would be packed and run: start from nothing.
rmSync(dist, { recursive: true, force: true });
await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'parts/[name].js',
  sourcemap: true,
});
await bundle.close();
