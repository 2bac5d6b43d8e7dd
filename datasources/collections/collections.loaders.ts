import { onceByKey } from "../core/loader.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Collections } from "./collections.js";

export type CollectionsLoaders = ReturnType<typeof collectionsLoaders>;

/** What is asked for collections of one request, at one instant. */
export function collectionsLoaders(collections: Collections, request: StoreRequest) {
  return {
    shown: onceByKey(
      ({ country, kids }: Parameters<Collections["shown"]>[1]) => JSON.stringify([country, kids]),
      (where, path) => collections.shown({ ...request, path }, where),
    ),
  };
}
