import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface Digest {
  /** In lower case hexadecimal digits. */
  sha256: string;
  bytes: number;
}

const ofFile = async (path: string, signal?: AbortSignal): Promise<Digest> => {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    },
    { signal: signal as AbortSignal },
  );
  return { sha256: hash.digest('hex'), bytes };
};

/**
 * SHA-256 and size of an archive. Of a file it is what sha256sum says. Of a directory it is that of a list with a line
 * for each file, sorted by name in bytes: `(cd DIR && LC_ALL=C sha256sum *) | sha256sum`.
 */
export const digestOf = async (path: string, signal?: AbortSignal): Promise<Digest> => {
  if (!(await stat(path)).isDirectory()) return await ofFile(path, signal);
  const names = (await readdir(path)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const list = createHash('sha256');
  let bytes = 0;
  for (const name of names) {
    const file = await ofFile(join(path, name), signal);
    list.update(`${file.sha256}  ${name}\n`);
    bytes += file.bytes;
  }
  return { sha256: list.digest('hex'), bytes };
};

/** Bytes of an archive as it is now, while it grows; null when it cannot be seen. */
export const sizeOf = async (path: string): Promise<number | null> => {
  try {
    const itself = await stat(path);
    if (!itself.isDirectory()) return itself.size;
    const sizes = await Promise.all((await readdir(path)).map(async (name) => (await stat(join(path, name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return null;
  }
};
