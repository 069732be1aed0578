/** How long a claim is good without a heartbeat, in milliseconds. A host beats several times in it. */
export const leaseTime = 4000;

/** How often a host of a shared store tells that it lives, and looks for those that don't, in milliseconds. */
export const beatInterval = leaseTime / 5;

/** How long a due task is left to the host that holds its session, in milliseconds. */
export const affinityTime = 3000;

/**
 * How long a delivery may take from its edge to here without having waited there, in milliseconds: an
 * edge seals what it sends with whole seconds.
 */
export const quickHandOff = 2000;
