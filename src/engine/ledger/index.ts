export { Ledger, type LedgerHost } from './ledger.ts';
export { LedgerRefused, mendLedger, whyNoLedger } from './refused.ts';
export { ledgerSettings } from './settings.ts';
