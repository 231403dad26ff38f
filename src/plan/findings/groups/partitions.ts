import { group, never } from '../entry.ts';

const REFUSED = never('The server would refuse the statement.');

/** What preflight says of indexes on partitioned tables. */
export const PARTITION_CODES = group({
  title: 'Partitioned tables',
  codes: {
    'partitioned-table': {
      levels: ['blocks', 'note'],
      what: 'An index is on a partitioned table: what it is made of. It blocks where CONCURRENTLY and ON ONLY are both written.',
      why: 'The server takes no CREATE INDEX CONCURRENTLY there. One is built on each partition, then one ON ONLY each partitioned table, and they are attached; the last two take locks that stop others for a moment.',
      fix: 'Nothing; or leave CONCURRENTLY out of what is ON ONLY.',
      waiver: REFUSED,
    },
    'partition-index-adopted': {
      levels: ['warning'],
      what: 'Partitions have an index like the planned one already. It is attached as it is.',
      why: 'It was there before, and would be dropped with what it is attached to: a rollback leaves the index of the whole table, and all that is attached to it.',
      fix: 'If it has to go later: DROP INDEX of the whole, by hand.',
    },
    'partitioned-incomplete': {
      levels: ['warning'],
      what: 'The index of the partitioned table is there, as planned, and partitions lack theirs: it is completed.',
      why: 'This run did not make it, so a rollback leaves it, and what was attached to it.',
      fix: 'If it is to be made anew, drop it by hand first.',
    },
    'partition-key-missing': {
      levels: ['blocks'],
      what: 'A unique index lacks a column by which its table, or a partition of it, is partitioned.',
      why: 'Each partition is unique for itself alone: the server refuses such an index on the whole.',
      fix: 'Add the column, leave UNIQUE away, or plan unique indexes on the single partitions.',
      waiver: REFUSED,
    },
    'partition-foreign': {
      levels: ['blocks'],
      what: 'A partition is a foreign table.',
      why: 'It takes no index, and an index that is attached partition by partition becomes valid only when each of them has one.',
      fix: 'Plan the index on the single partitions. CREATE INDEX on the parent, by hand, attaches those and passes over foreign tables, under a SHARE lock on every partition.',
      waiver: never('The index would stay invalid.'),
    },
    'partition-rights': {
      levels: ['blocks'],
      what: 'Rights are missing on partitions.',
      why: 'It takes the owner of each partition, with CREATE on its schema, to build there and to attach what was built.',
      fix: 'Connect as their owner, or be granted its role.',
      waiver: REFUSED,
    },
    'partitions-unread': {
      levels: ['blocks'],
      what: 'Which indexes the partitions have could not be read: somebody holds or awaits an exclusive lock.',
      why: 'What is to be built follows from it.',
      fix: 'Wait for the end of that lock and look again.',
      waiver: never('What is to be built is not known.'),
    },
    'only-not-partitioned': {
      levels: ['blocks'],
      what: 'CREATE INDEX ON ONLY a table that is not partitioned.',
      why: 'There the whole index would be built, under a lock that stops every write to the table.',
      fix: 'Write CREATE INDEX CONCURRENTLY ... ON, without ONLY.',
      waiver: never('It would stop the application.'),
    },
    'attach-unknown': {
      levels: ['blocks'],
      what: 'ATTACH PARTITION names an index that is not there, or not that of a partitioned table, and no step before makes it.',
      why: 'The statement would fail when its turn comes, with what was built before it left over.',
      fix: 'Put what makes the index before it, or correct the name.',
      waiver: REFUSED,
    },
  },
});
