import { givenName } from "./people.js";
import { type Random } from "./random.js";
import { PLACES, TRADES } from "./words.js";

type Sentence = (who: Cast) => string;

interface Cast {
  lead: string;
  other: string;
  trade: string;
  place: string;
  year: number;
}

/** Sentences of plot by genre; a generated title tells the story of its first genre that has some. */
const PLOTS: Record<string, readonly Sentence[]> = {
  Crime: [
    (c) =>
      `A body is found on the outskirts of ${c.place}, and ${c.lead} is the only ${c.trade} who knew the victim.`,
    (c) =>
      `${c.lead} leaves the force in ${c.year}; one unsolved case in ${c.place} does not leave ${c.other} alone.`,
    (c) => `The perfect robbery of ${c.place} needs a ${c.trade}, and ${c.lead} needs the money.`,
  ],
  Mystery: [
    (c) => `Every autumn a letter without a sender reaches ${c.lead}, ${article(c.trade)} in ${c.place}.`,
    (c) =>
      `The night train to ${c.place} arrives with one passenger fewer, and ${c.other} remembers nobody missing.`,
  ],
  Thriller: [
    (c) =>
      `${c.lead}, ${article(c.trade)}, overhears a conversation in ${c.place} that was never meant to be heard.`,
    (c) => `Twelve hours remain for ${c.lead} and ${c.other} to leave ${c.place} unseen.`,
  ],
  Comedy: [
    (c) =>
      `${c.lead} inherits a failing hotel in ${c.place} together with ${c.other}, who is supposed to be dead.`,
    (c) =>
      `A small lie told by ${article(c.trade)} in ${c.place} makes ${c.lead} the most admired person in town.`,
    (c) =>
      `${c.lead} and ${c.other} share a flat, a bicycle and, by an error at the town hall of ${c.place}, a name.`,
  ],
  Romance: [
    (c) => `${c.lead} and ${c.other} meet once a year in ${c.place}, and have promised never to write.`,
    (c) => `A misdirected parcel brings ${article(c.trade)} from ${c.place} to the door of ${c.lead}.`,
  ],
  Horror: [
    (c) => `Nobody in ${c.place} speaks of the winter of ${c.year}, until ${c.lead} opens the cellar.`,
    (c) => `Something in the marsh near ${c.place} has learnt the voice of ${c.other}.`,
  ],
  "Science Fiction": [
    (c) =>
      `The crew of the station ${c.place} wakes a century late, and ${c.lead}, the ${c.trade}, is not on the list.`,
    (c) =>
      `${c.lead} repairs memories for a living. One day ${c.other} brings one in which both of them are young.`,
  ],
  Fantasy: [
    (c) => `Under ${c.place} lies a second city, and ${c.lead} has been elected to it.`,
    (c) => `The last map of ${c.place} answers questions, for a price that ${c.other} has already paid.`,
  ],
  Historical: [
    (c) =>
      `${c.place} in ${c.year}: ${article(c.trade)} named ${c.lead} is asked to forge the paper that may end a war.`,
    (c) => `Two families of ${c.place}, one charter, and ${c.lead}, who can read it.`,
  ],
  Family: [
    (c) => `${c.lead} is nine and has to look after a lighthouse, a goose and, since Tuesday, ${c.other}.`,
    (c) => `The children of ${c.place} build a boat to bring their schoolteacher ${c.other} home.`,
  ],
  Documentary: [
    (c) => `A year in the life of the last ${c.trade} of ${c.place}.`,
    (c) => `What happened to ${c.place} after ${c.year}, told by those who stayed.`,
  ],
  Drama: [
    (c) =>
      `${c.lead}, ${article(c.trade)}, returns to ${c.place} to sell the house, and finds ${c.other} living in it.`,
    (c) => `After the funeral in ${c.place}, three sisters learn that ${c.lead} was never their brother.`,
    (c) =>
      `${c.other} has played the same part in ${c.place} for thirty years. ${c.lead} arrives to replace it.`,
  ],
};

const CLOSINGS: readonly Sentence[] = [
  (c) => `${c.other} knows more than the others believe.`,
  (c) => `By spring nothing in ${c.place} is as it was.`,
  (c) => `It would be easier without ${c.other}.`,
  (c) => `What ${c.lead} decides will be paid for by somebody else.`,
  () => "Some doors open only from the outside.",
  () => "",
  () => "",
];

/** Two sentences about an invented title. `leads` are the names of its characters, if it has any. */
export function writeSynopsis(random: Random, genres: readonly string[], leads: readonly string[]): string {
  const plots = PLOTS[genres.find((genre) => genre in PLOTS) ?? "Drama"] ?? [];
  const lead = leads[0] ?? givenName(random.below(900));
  const other = leads.find((name) => name !== lead) ?? givenName(900 + random.below(900));
  const cast: Cast = {
    lead,
    other,
    trade: random.pick(TRADES),
    place: random.pick(PLACES),
    year: random.between(1850, 1999),
  };
  return `${random.pick(plots)(cast)} ${random.pick(CLOSINGS)(byGivenName(cast))}`.trim();
}

/** The second time somebody is mentioned, the given name will do. */
function byGivenName(cast: Cast): Cast {
  const given = (name: string): string => name.split(" ")[0] ?? name;
  return { ...cast, lead: given(cast.lead), other: given(cast.other) };
}

function article(trade: string): string {
  return `${/^[aeiou]/.test(trade) ? "an" : "a"} ${trade}`;
}
