import { country, list, text } from "./field-rules.js";
import { nullable, partFields, type ValuesOf } from "./title-field.js";

const COUNTRY =
  "Where it says that it watches; null takes the account's country. It opens nothing: titles go by where a request comes from, else by the account's country.";

const FAVOURITES =
  "Genres that it likes, by name, at most 10: what its home page goes by until there are watches, and beside them, where the account agrees to personalisation.";
const MAX_FAVOURITES = 10;
const MAX_GENRE = 100;

/**
 * The fields of a profile beside those that have rules of their own (its name, for whom it is, its limit): what its owner
 * may state of it, and what the schema answers. Each has a column of its name in `profiles`, which a migration adds;
 * everything else is made from this table.
 */
export const PROFILE_FIELDS = partFields({
  country: nullable(country, {
    example: "FR",
    shown: { type: "CountryCode", description: COUNTRY },
    edited: { type: "CountryCode", description: COUNTRY },
  }),
  favouriteGenres: nullable(list(text(MAX_GENRE), MAX_FAVOURITES, "genres"), {
    example: ["Drama", "Western"],
    shown: { type: "String", list: true, description: FAVOURITES },
    edited: { type: "String", list: true, description: FAVOURITES },
  }),
});

export type ProfileFields = ValuesOf<typeof PROFILE_FIELDS>;
export const PROFILE_FIELD_NAMES = Object.keys(PROFILE_FIELDS) as (keyof ProfileFields)[];
