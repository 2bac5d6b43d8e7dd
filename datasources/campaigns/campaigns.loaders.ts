import { onceByKey } from "../core/loader.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Campaigns } from "./campaigns.js";

export type CampaignsLoaders = ReturnType<typeof campaignsLoaders>;

/** What is asked for campaigns of one request, at one instant. */
export function campaignsLoaders(campaigns: Campaigns, request: StoreRequest) {
  return {
    running: onceByKey(
      ({ country }: { country: string; now: Date }) => country,
      (where, path) => campaigns.running({ ...request, path }, where),
    ),
  };
}
