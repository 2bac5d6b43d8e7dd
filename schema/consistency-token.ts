/** What `consistencyToken` is, in every payload. */
export const CONSISTENCY_TOKEN =
  "Stands for this write; null where nothing was written. A request that sends it as `x-marquee-consistency` waits, a second unless configured otherwise, until every projection that it reads holds the write. Where one does not in time, the answer comes with `extensions.freshness`, which says which and how far it is behind.";
