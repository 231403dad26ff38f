import { createPublicKey, generateKeyPairSync, generateKeySync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  announceIn,
  type Opener,
  openerText,
  openText,
  readAnnouncement,
  readOpener,
  type Seal,
  sealText,
} from '../../../src/run/announcement/index.ts';

const NONCE = new Uint8Array(12);

const pair = (): { seal: Seal; opener: Opener } => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const secret = generateKeySync('aes', { length: 256 });
  return { seal: { secret, signing: privateKey }, opener: { secret, verifying: createPublicKey(privateKey) } };
};

const { seal, opener } = pair();

describe('a sealed text', () => {
  it('is opened by what stands in the ledger, and by nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ minLength: 12, maxLength: 12 }), (text, nonce) => {
        const sealed = sealText(seal, 'r1', nonce, text);
        const known = readOpener(openerText(opener));
        expect(known && openText(known, 'r1', sealed)).toBe(text);
        expect(openText(opener, 'r2', sealed)).toBeNull();
        expect(openText(pair().opener, 'r1', sealed)).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it('does not show what it says', () => {
    const sealed = sealText(seal, 'r1', NONCE, 'select secret from cards');
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('secret');
  });

  it('is not opened when a single bit is another', () => {
    const bytes = Buffer.from(sealText(seal, 'r1', NONCE, 'built'), 'base64');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openText(opener, 'r1', forged.toString('base64'))).toBeNull();
    }
  });

  it('cannot be made by a reader, who has all that stands in the ledger', () => {
    const reader = { secret: opener.secret, signing: generateKeyPairSync('ed25519').privateKey };
    expect(openText(opener, 'r1', sealText(reader, 'r1', NONCE, 'aborted'))).toBeNull();
  });

  it('is whatever anybody says: nothing throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.base64String(), (any, base64) => {
        expect(openText(opener, 'r1', any)).toBeNull();
        expect(openText(opener, 'r1', base64)).toBeNull();
        expect(readOpener(any)).toBeNull();
        expect(readOpener(`v1:${base64}:${base64}`)).toBeNull();
      }),
    );
  });
});

describe('an announcement', () => {
  it('is read only in its own shape', () => {
    expect(readAnnouncement('{"seq":3,"events":["{}"],"sample":null}')).toEqual({
      seq: 3,
      events: ['{}'],
      sample: null,
    });
    expect(readAnnouncement('{"seq":"3","events":[],"sample":null}')).toBeNull();
    expect(readAnnouncement('{"seq":3,"events":[{}],"sample":null}')).toBeNull();
    expect(readAnnouncement('{"seq":3,"events":[],"sample":{}}')).toBeNull();
  });

  it('waits for its time, longer for a sample than for an event, and not at all where somebody waits for it', () => {
    const nothing = { events: false, sample: false, urgent: false };
    expect(announceIn(nothing, 0)).toBeNull();
    expect(announceIn({ ...nothing, sample: true }, 100)).toBe(800);
    expect(announceIn({ ...nothing, sample: true, events: true }, 100)).toBe(400);
    expect(announceIn({ ...nothing, events: true }, 5_000)).toBe(0);
    expect(announceIn({ ...nothing, urgent: true }, 0)).toBe(0);
  });
});
