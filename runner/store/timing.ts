/** How long a claim is good without a heartbeat, in milliseconds. A host beats several times in it. */
export const leaseTime = 4000;

/** How long a due task is left to the host that holds its session, in milliseconds. */
export const affinityTime = 3000;

/**
 * Of two deliveries that are no further apart nobody can tell which was first, in milliseconds: an
 * edge seals what it sends with whole seconds, and a forge tells its times so.
 */
export const orderTolerance = 2000;
