/** How the reason of what `--only-indexes` leaves out begins. */
export const NOT_INDEXES = 'it is no work on indexes';
