/** How long a claim is good without a heartbeat, in milliseconds. A host beats several times in it. */
export const leaseTime = 4000;

/** How long a due task is left to the host that holds its session, in milliseconds. */
export const affinityTime = 3000;
