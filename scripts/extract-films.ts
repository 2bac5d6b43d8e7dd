// Writes seeds/films.ndjson from the movies table of the vega-datasets package. Run it by hand after updating that
// package: `npm run build && node dist/scripts/extract-films.js`. The output depends on nothing but the input, so that a second run changes
// no byte.
//
// The table is a teaching set with known faults. What is mended here: titles read as numbers or as nothing, accents
// decoded with the wrong character set, articles moved to the end, release years a century late or a day early, several
// spellings of "not rated". Nothing is invented: a fact that the table does not have is left out.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "./environment.js";

const PACKAGE = path.join(ROOT, "node_modules/vega-datasets");
const TARGET = path.join(ROOT, "seeds/films.ndjson");

/** A row of the table, as far as it is used. */
interface Row {
  Title: string | number | null;
  "Release Date": string;
  "Major Genre": string | null;
  "Creative Type": string | null;
  Source: string | null;
  "Production Budget": number | null;
  "Worldwide Gross": number | null;
  "Running Time min": number | null;
  "MPAA Rating": string | null;
  "IMDB Rating": number | null;
  "IMDB Votes": number | null;
  Director: string | null;
  Distributor: string | null;
}

interface Classes {
  genres?: readonly string[];
  tags?: readonly string[];
}

/** The newest releases of the table are of 2011: a later year is one of 19xx written with two digits. */
const LAST_YEAR = 2011;

/** The one film without a title is *Unknown* (IFC Films, 3 November 2006, 85 minutes): a name that reads as "missing". */
const UNTITLED = new Map([["Nov 03 2006", "Unknown"]]);

/** Films of before 1994 whose year is right although they are dated the last of December. */
const OPENED_ON_EVE = new Set<Row["Title"]>(["The Deer Hunter"]);

/** Names under which people know a film that the table lists under another one. */
const KNOWN_AS: Record<string, readonly string[]> = {
  "8 femmes": ["8 Women"],
  "Alien³": ["Alien 3"],
  "Artificial Intelligence: AI": ["A.I.", "A.I. Artificial Intelligence"],
  Caché: ["Hidden"],
  "Nine 1/2 Weeks": ["9 1/2 Weeks"],
  "De battre mon coeur s'est arrêté": ["The Beat That My Heart Skipped"],
  "Der Untergang": ["Downfall"],
  "Die Fälscher": ["The Counterfeiters"],
  "Das Leben der Anderen": ["The Lives of Others"],
  "Déjà Vu": ["Deja Vu"],
  "ET: The Extra-Terrestrial": ["E.T.", "E.T. the Extra-Terrestrial"],
  "Il buono, il brutto, il cattivo.": ["The Good, the Bad and the Ugly"],
  "Il buono, il brutto, il cattivo": ["The Good, the Bad and the Ugly"],
  Indigènes: ["Days of Glory"],
  "Joyeux Noël": ["Merry Christmas"],
  "La Môme": ["La Vie en Rose"],
  "La mala educación": ["Bad Education"],
  "Le Fabuleux destin d'Amélie Poulain": ["Amélie", "Amelie"],
  Léon: ["Léon: The Professional", "The Professional"],
  "Lola Rennt": ["Run Lola Run"],
  "Obsluhoval jsem anglického krále": ["I Served the King of England"],
  "Per qualche dollaro in più": ["For a Few Dollars More"],
  "Raiders of the Lost Ark": ["Indiana Jones and the Raiders of the Lost Ark"],
  Se7en: ["Seven"],
  "Shichinin no samurai": ["Seven Samurai"],
  "Star Wars Ep. IV: A New Hope": ["Star Wars", "Star Wars: Episode IV - A New Hope"],
  "Star Wars Ep. V: The Empire Strikes Back": ["Star Wars: Episode V - The Empire Strikes Back"],
  "Star Wars Ep. VI: Return of the Jedi": ["Star Wars: Episode VI - Return of the Jedi"],
  "Wo hu cang long": ["Crouching Tiger, Hidden Dragon"],
};

const RATINGS: Record<string, string> = { G: "G", PG: "PG", "PG-13": "PG-13", R: "R", "NC-17": "NC-17" };

/** Table value → genres and tags. Where the table joins two words for one thing, the second becomes a tag. */
const MAJOR_GENRES: Record<string, Classes> = {
  Action: { genres: ["Action"] },
  Adventure: { genres: ["Adventure"] },
  "Black Comedy": { genres: ["Comedy"], tags: ["black comedy"] },
  Comedy: { genres: ["Comedy"] },
  "Concert/Performance": { genres: ["Music"], tags: ["concert"] },
  Documentary: { genres: ["Documentary"] },
  Drama: { genres: ["Drama"] },
  Horror: { genres: ["Horror"] },
  Musical: { genres: ["Musical"] },
  "Romantic Comedy": { genres: ["Romance", "Comedy"], tags: ["romantic comedy"] },
  "Thriller/Suspense": { genres: ["Thriller"], tags: ["suspense"] },
  Western: { genres: ["Western"] },
};
const CREATIVE_TYPES: Record<string, Classes> = {
  "Contemporary Fiction": { tags: ["contemporary"] },
  Dramatization: { tags: ["dramatization"] },
  Factual: { tags: ["factual"] },
  Fantasy: { genres: ["Fantasy"] },
  "Historical Fiction": { genres: ["Historical"], tags: ["period piece"] },
  "Kids Fiction": { genres: ["Family"] },
  "Multiple Creative Types": { tags: ["anthology"] },
  "Science Fiction": { genres: ["Science Fiction"] },
  "Super Hero": { tags: ["superhero"] },
};
const SOURCES: Record<string, string> = {
  "Based on Book/Short Story": "based on a book",
  "Based on Comic/Graphic Novel": "based on a comic",
  "Based on Factual Book/Article": "based on a factual book",
  "Based on Game": "based on a game",
  "Based on Magazine Article": "based on a magazine article",
  "Based on Musical/Opera": "based on a musical",
  "Based on Play": "based on a play",
  "Based on Real Life Events": "based on real events",
  "Based on Short Film": "based on a short film",
  "Based on TV": "based on a television programme",
  "Based on Toy": "based on a toy",
  Compilation: "compilation",
  "Disney Ride": "based on a theme park ride",
  "Musical Group Movie": "starring a music group",
  "Original Screenplay": "original screenplay",
  Remake: "remake",
  "Spin-Off": "spin-off",
  "Traditional/Legend/Fairytale": "based on a legend or fairy tale",
};

const ARTICLE_AT_END = /^(.*), (The|A|An|Les|La|Le)$/;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const MONTH_NAMES =
  "January February March April May June July August September October November December".split(" ");

// Latin-1 text of the table was decoded as Mac Roman: these are the characters that occur, as they should read.
const MAC_ROMAN = "È=é Í=ê ˘=ù Ö=… Ω=½ Û=ó ‰=ä ‡=à Ë=è ·=á Ù=ô Î=ë";
const MENDED = new Map(MAC_ROMAN.split(" ").map((pair) => [pair[0]!, pair.slice(2)]));

const mendAccents = (text: string) =>
  [...text].map((character) => MENDED.get(character) ?? character).join("");

function cleanText(value: string | number): string {
  return mendAccents(String(value)).replaceAll('""', '"').replace(/\s+/g, " ").trim();
}

/**
 * A date of which only the year was known became the first of January, and for many rows slid to the eve of that year.
 * Where nothing was known it is the eve of 1970. From the nineties on, films did open on the last day of a year.
 */
function releaseOf(row: Row): { year: number | null; date: string | null } {
  const [month = "", dayText, yearText] = row["Release Date"].split(" ");
  const day = Number(dayText);
  const late = Number(yearText) > LAST_YEAR;
  const year = Number(yearText) - (late ? 100 : 0);
  if (row["Release Date"] === "Dec 31 1969") return { year: null, date: null };
  const eve = month === "Dec" && day === 31 && year < 1994;
  if (eve && !late && !OPENED_ON_EVE.has(row.Title)) return { year: year + 1, date: null };
  if (month === "Jan" && day === 1) return { year, date: null };
  return { year, date: `${day} ${MONTH_NAMES[MONTHS.indexOf(month)]} ${year}` };
}

function nameOf(row: Row): { name: string; alternatives: string[] } {
  const raw = row.Title === null ? (UNTITLED.get(row["Release Date"]) ?? null) : cleanText(row.Title);
  if (raw === null) return { name: `Untitled (${releaseOf(row).year ?? "undated"})`, alternatives: [] };
  const moved = ARTICLE_AT_END.exec(raw);
  if (moved) return { name: `${moved[2]} ${moved[1]}`, alternatives: [] };
  const [, name, note] = /^(.*) \(([^)]*)\)$/.exec(raw) ?? [];
  if (name === undefined || note === undefined) return { name: raw, alternatives: [] };
  if (/^\d{4}$/.test(note)) return { name, alternatives: [] };
  if (note.startsWith("Based on")) return { name, alternatives: [`${name}: ${note}`] };
  if (note === "And Your Mother Too") return { name, alternatives: [note] };
  return { name: raw, alternatives: [] };
}

/** "Star Trek III: The Search for Spock" → series "star trek" and subtitle "The Search for Spock". */
function splitSubtitle(name: string): { series: string; subtitle: string } | null {
  const at = name.indexOf(": ");
  if (at < 0) return null;
  const series = name
    .slice(0, at)
    .toLowerCase()
    .replace(/\b(ep\.|part)\s*/g, "")
    .replace(/\s+([ivx]+|\d+)$/, "");
  return { series, subtitle: name.slice(at + 2) };
}

/** People shorten a film to its subtitle when the words before the colon are shared by a series of films. */
function subtitleNames(name: string, seriesSizes: ReadonlyMap<string, number>): string[] {
  const split = splitSubtitle(name);
  if (!split || (seriesSizes.get(split.series) ?? 0) < 3) return [];
  const { subtitle } = split;
  const telling =
    subtitle.split(" ").length >= 3 &&
    !/^(The Movie|The Motion Picture|The Final Chapter|Part|Volume|Chapter|Episode)\b/.test(subtitle);
  return telling ? [subtitle] : [];
}

function classify(row: Row): { genres: string[]; tags: string[] } {
  const parts = [MAJOR_GENRES[row["Major Genre"] ?? ""], CREATIVE_TYPES[row["Creative Type"] ?? ""]];
  const genres = parts.flatMap((part) => part?.genres ?? []);
  const tags = parts.flatMap((part) => part?.tags ?? []);
  const source = SOURCES[row.Source ?? ""];
  if (source) tags.push(source);
  if ((row["Production Budget"] ?? 0) >= 100e6) tags.push("big budget");
  const { year } = releaseOf(row);
  if (year !== null) tags.push(`${Math.floor(year / 10) * 10}s`);
  return { genres, tags };
}

const dollars = (amount: number) =>
  amount >= 1e6
    ? `$${(amount / 1e6).toFixed(1).replace(/\.0$/, "")} million`
    : `$${amount.toLocaleString("en-US")}`;

/** One or two sentences made of the row's own facts. */
function synopsisOf(row: Row, genres: readonly string[], tags: readonly string[]): string {
  const { year } = releaseOf(row);
  const kinds = genres.map((genre) => genre.toLowerCase());
  const noun =
    kinds.length === 0 ? "film" : kinds.includes("documentary") ? "documentary" : `${kinds.join(" ")} film`;
  const words = `${year ?? ""} ${noun}`.trim();
  const article = /^[aeiou]/.test(words) ? "An" : "A";
  const director = row.Director ? ` directed by ${cleanText(row.Director)}` : "";
  const source = tags.find((tag) => tag.startsWith("based on"));
  const basis = source ? `${director ? "," : ""} ${source}` : tags.includes("remake") ? ", a remake" : "";
  return [`${article} ${words}${director}${basis}.`, releaseSentence(row)].filter(Boolean).join(" ");
}

function releaseSentence(row: Row): string | null {
  const { date } = releaseOf(row);
  const studio = studioOf(row);
  const gross = row["Worldwide Gross"] ?? 0;
  const released =
    date || studio ? `Released${date ? ` on ${date}` : ""}${studio ? ` by ${studio}` : ""}` : null;
  if (!(gross > 0)) return released && `${released}.`;
  return released
    ? `${released}, it took ${dollars(gross)} worldwide.`
    : `It took ${dollars(gross)} worldwide.`;
}

function studioOf(row: Row): string | null {
  return row.Distributor && row.Distributor !== "Distributor Unknown" ? cleanText(row.Distributor) : null;
}

function slugOf(name: string): string {
  return name
    .replaceAll("½", " 1 2 ")
    .replaceAll("³", " 3 ")
    .replaceAll("¢", "c")
    .replaceAll("&", " and ")
    .replaceAll("'", "")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function uniqueId(name: string, year: number | null, taken: Set<string>): string {
  const base = ["film", slugOf(name), year].filter((part) => part !== null).join("-");
  let id = base;
  for (let n = 2; taken.has(id); n += 1) id = `${base}-${n}`;
  taken.add(id);
  return id;
}

function filmOf(row: Row, taken: Set<string>, seriesSizes: ReadonlyMap<string, number>) {
  const { name, alternatives } = nameOf(row);
  const { year } = releaseOf(row);
  const { genres, tags } = classify(row);
  return {
    id: uniqueId(name, year, taken),
    kind: "MOVIE",
    name,
    alternativeNames: [...alternatives, ...(KNOWN_AS[name] ?? []), ...subtitleNames(name, seriesSizes)],
    synopsis: synopsisOf(row, genres, tags),
    releaseYear: year,
    runtimeMinutes: row["Running Time min"],
    maturityRating: RATINGS[row["MPAA Rating"] ?? ""] ?? "NR",
    genres,
    tags,
    studio: studioOf(row),
    credits: row.Director ? [{ person: cleanText(row.Director), role: "DIRECTOR" }] : [],
    vote: { rating: row["IMDB Rating"], count: row["IMDB Votes"] },
  };
}

function countSeries(rows: readonly Row[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const row of rows) {
    const split = splitSubtitle(nameOf(row).name);
    if (split) sizes.set(split.series, (sizes.get(split.series) ?? 0) + 1);
  }
  return sizes;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(PACKAGE, file), "utf8"));
}

function main(): void {
  const { name, version, license } = readJson("package.json") as Record<string, string>;
  const rows = readJson("data/movies.json") as Row[];
  const header = {
    source: `data/movies.json of the npm package ${name} (https://github.com/vega/vega-datasets)`,
    licence: `${license} for the package, which names no source or licence of its own for this table of facts about films`,
    package: `${name}@${version}`,
    count: rows.length,
  };
  const taken = new Set<string>();
  const sizes = countSeries(rows);
  const lines = [header, ...rows.map((row) => filmOf(row, taken, sizes))].map((line) => JSON.stringify(line));
  writeFileSync(TARGET, `${lines.join("\n")}\n`);
  console.log(`${rows.length} films written to ${TARGET}`);
}

main();
