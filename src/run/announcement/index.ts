export { type Announcement, announcementText, payloadOf, readAnnouncement, sealedIn } from './announcement.ts';
export { announceIn, type Unannounced } from './pace.ts';
export { type Opener, openerText, openText, readOpener, type Seal, sealText } from './seal.ts';
