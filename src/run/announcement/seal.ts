import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** What one engine seals with; it stays in its memory. */
export interface Seal {
  /** 32 bytes, AES-256. */
  secret: KeyObject;
  /** Ed25519. */
  signing: KeyObject;
}

/** What opens it. It stands in the run's row of the ledger, for whoever may read the run. */
export interface Opener {
  secret: KeyObject;
  verifying: KeyObject;
}

const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SIGNATURE_BYTES = 64;

/**
 * A text that goes through a channel on which anybody who is connected may listen and speak, as base64: only who has the
 * opener reads it, and only who has the seal can have made it, for this run. `nonce`: 12 bytes, never the same twice.
 */
export const sealText = (seal: Seal, run: string, nonce: Uint8Array, text: string): string => {
  const packed = deflateRawSync(text);
  const signature = sign(null, signed(run, packed), seal.signing);
  const cipher = createCipheriv(CIPHER, seal.secret, nonce);
  const hidden = [cipher.update(signature), cipher.update(packed), cipher.final()];
  return Buffer.concat([nonce, ...hidden, cipher.getAuthTag()]).toString('base64');
};

/** The text; null when it was not sealed so, for this run. */
export const openText = (opener: Opener, run: string, sealed: string): string | null => {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < NONCE_BYTES + SIGNATURE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(CIPHER, opener.secret, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const open = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch {
    return null;
  }
  const packed = open.subarray(SIGNATURE_BYTES);
  const genuine = verify(null, signed(run, packed), opener.verifying, open.subarray(0, SIGNATURE_BYTES));
  // Only the engine's own bytes are unpacked.
  return genuine ? inflateRawSync(packed).toString() : null;
};

const signed = (run: string, packed: Uint8Array): Buffer => Buffer.concat([Buffer.from(`${run}\n`), packed]);

/** The opener as it stands in the ledger. */
export const openerText = ({ secret, verifying }: Opener): string =>
  [
    VERSION,
    secret.export().toString('base64'),
    verifying.export({ type: 'spki', format: 'der' }).toString('base64'),
  ].join(':');

/** Null when it is of a version that is not known here. */
export const readOpener = (text: string): Opener | null => {
  const [version, secret = '', verifying = ''] = text.split(':');
  if (version !== VERSION) return null;
  try {
    return {
      secret: createSecretKey(secret, 'base64'),
      verifying: createPublicKey({ key: Buffer.from(verifying, 'base64'), type: 'spki', format: 'der' }),
    };
  } catch {
    return null;
  }
};
