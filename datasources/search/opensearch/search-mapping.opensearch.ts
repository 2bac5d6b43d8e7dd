import { byAttribute } from "../../core/title-attributes.js";

/**
 * Scores are sums of constants, so that they depend on the title and the text alone: not on what else is indexed (for
 * this tenant or its neighbours), which would move hits between the pages of a list. A matched word counts `MATCH`,
 * and as much of `NAME` as it is of the name that it stands in.
 */
export const MATCH = 0.3;
export const NAME = 0.4;

/** Where a title has how many words its name has. */
export const NAME_LENGTH = "name.words";

/** Longest start of a word, and of a name written as one, that is indexed. Letters. */
const LONGEST_START = 20;
const LONGEST_BEGINNING = 40;

/** One word of a name, by the number of words that the name has. */
const nameScore = `return query.boost * (${MATCH} + ${NAME} / Math.max(1.0, doc.length));`;
/** Two words written as one: of n words there are n - 1 pairs. */
const pairScore = `return query.boost * (${MATCH} + ${NAME} * Math.min(1.0, 2.0 / (doc.length + 1.0)));`;

const scripted = (source: string) => ({ type: "scripted", script: { source } });

/** A field of ready words whose matches count the same in every title. */
const flat = { type: "text", analyzer: "words", similarity: "boolean", norms: false, index_options: "docs" };
/** The same with the starts of words. */
const starts = { ...flat, analyzer: "starts", search_analyzer: "words" };
const keyword = { type: "keyword", ignore_above: 1_024 };

/** Settings and mapping of an index of titles. What words are is decided before (packages/search-text), for all engines alike. */
export const TITLE_INDEX = {
  settings: {
    // One shard: pages of one search never come from shards that know different things.
    number_of_shards: 1,
    auto_expand_replicas: "0-1",
    // Set, so that an index nobody searches is refreshed too: what is written shows within half a second.
    refresh_interval: "500ms",
    analysis: {
      tokenizer: {
        beginnings: { type: "edge_ngram", min_gram: 1, max_gram: LONGEST_BEGINNING },
      },
      filter: {
        starts: { type: "edge_ngram", min_gram: 1, max_gram: LONGEST_START },
      },
      analyzer: {
        words: { type: "custom", tokenizer: "whitespace", filter: ["asciifolding"] },
        starts: { type: "custom", tokenizer: "whitespace", filter: ["asciifolding", "starts"] },
        beginnings: { type: "custom", tokenizer: "beginnings", filter: ["asciifolding"] },
      },
    },
    similarity: {
      name: scripted(nameScore),
      pair: scripted(pairScore),
    },
  },
  mappings: {
    dynamic: false,
    properties: {
      tenant: { type: "integer" },
      generation: { type: "keyword" },
      id: { type: "keyword" },
      // What is found: words, ready made.
      name: {
        type: "text",
        analyzer: "words",
        similarity: "name",
        fields: { starts, words: { type: "token_count", analyzer: "words" } },
      },
      otherNames: { type: "text", analyzer: "words", similarity: "name" },
      pairs: { type: "text", analyzer: "words", similarity: "pair" },
      whole: flat,
      // Names with their numbers in digits, and the digits of each: none of them is a slip.
      wholeNumbers: flat,
      digits: flat,
      // Names as they begin, with and without common words.
      begun: { ...flat, analyzer: "beginnings", search_analyzer: "words" },
      people: flat,
      peopleWhole: flat,
      families: flat,
      genreWhole: flat,
      genreWords: flat,
      // Whatever may be misspelled or begun beside the name, in one field: looking for misspellings is what costs most.
      spelled: { ...flat, fields: { starts } },
      facts: flat,
      year: flat,
      synopsis: flat,
      peopleNames: keyword,
      genreNames: keyword,
      // What is filtered and counted.
      ...byAttribute(() => ({ type: "keyword" })),
      state: { type: "keyword" },
      releaseYear: { type: "integer" },
      decade: { type: "integer" },
      maturityAge: { type: "integer" },
      maturityRating: { type: "keyword" },
      genreIds: keyword,
      genreFacet: keyword,
      tags: keyword,
      studioId: keyword,
      personIds: keyword,
      worldFrom: { type: "date" },
      worldUntil: { type: "date" },
      licences: {
        type: "nested",
        properties: {
          countries: { type: "keyword" },
          from: { type: "date" },
          until: { type: "date" },
        },
      },
      // The same figure twice: for scores, and for the order of a list without a text.
      popularity: { type: "double" },
      popularityRank: { type: "rank_feature" },
      // What is shown: kept, not indexed.
      texts: { type: "object", enabled: false },
    },
  },
};
