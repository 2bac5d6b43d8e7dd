import { type NamePattern, pattern } from "./names.js";

/** French noun with its article, and the English one. */
const THINGS = words(
  "le Jardin|Garden;la Maison|House;l’Hiver|Winter;la Nuit|Night;le Silence|Silence;l’Été|Summer;la Lettre|Letter;le Rivage|Shore;la Chambre|Room;le Retour|Return;l’Absence|Absence;la Promesse|Promise;le Voyage|Journey;la Fugue|Escape;l’Ombre|Shadow;le Sourire|Smile;la Mémoire|Memory;le Secret|Secret;l’Île|Island;la Valse|Waltz;le Carnet|Notebook;l’Adieu|Farewell;la Colline|Hill;le Procès|Trial;l’Attente|Waiting;la Vendange|Harvest;le Cœur|Heart;la Traversée|Crossing;le Dîner|Dinner;l’Enfance|Childhood;la Répétition|Rehearsal;le Sommeil|Sleep;la Fenêtre|Window;l’Orage|Storm;le Phare|Lighthouse;la Sœur|Sister",
);
const OWNERS = words(
  "d’Adèle|of Adèle;d’Antoine|of Antoine;de Bérénice|of Bérénice;de Camille|of Camille;d’Élise|of Élise;de Gaëlle|of Gaëlle;d’Hélène|of Hélène;de Jérôme|of Jérôme;de Léa|of Léa;de Maëlys|of Maëlys;d’Océane|of Océane;de Rémi|of Rémi;de Solène|of Solène;de Théodore|of Théodore;de Zoé|of Zoé;de ma mère|of My Mother;des voisins|of the Neighbours;du notaire|of the Notary;des oubliés|of the Forgotten;de Marseille|of Marseille;d’Orléans|of Orléans;de Saint-Malo|of Saint-Malo;du canal|of the Canal;des pêcheurs|of the Fishermen;de l’aube|of Dawn",
);
const MOODS = words(
  "bleu|Blue;immobile|Motionless;invisible|Invisible;fragile|Fragile;étrange|Strange;immense|Immense;sauvage|Wild;perdu|Lost;inachevé|Unfinished;secret|Secret;tranquille|Quiet;solitaire|Solitary;rouge|Red;sans fin|Endless;ordinaire|Ordinary",
);
const MASCULINE = words(
  "Un jardin|Garden;Un silence|Silence;Un hiver|Winter;Un été|Summer;Un rivage|Shore;Un voyage|Journey;Un matin|Morning;Un amour|Love;Un théâtre|Theatre;Un quartier|Neighbourhood;Un peuple|People;Un visage|Face;Un désir|Desire;Un orage|Storm;Un pays|Country;Un miroir|Mirror;Un piano|Piano;Un dimanche|Sunday",
);
const TIMES = words(
  "à l’aube|at Dawn;en novembre|in November;après la pluie|After the Rain;avant la mer|Before the Sea;sous la neige|Under the Snow;sans toi|Without You;au bord du fleuve|by the River;près de Lyon|near Lyon;jusqu’à demain|Until Tomorrow;pour deux voix|for Two Voices;entre deux gares|Between Two Stations;à Belleville|in Belleville;au mois d’août|in August;pendant la guerre|in Wartime;loin de Paris|Far from Paris;sur la route de Brest|on the Road to Brest;avant minuit|Before Midnight;après l’école|After School;à contre-jour|Against the Light;au printemps|in Spring;dans le brouillard|in the Fog;à marée basse|at Low Tide",
);
const JAPANESE = words(
  "Ame|雨|Rain;Umi|海|Sea;Yoru|夜|Night;Neko|猫|Cat;Kaze|風|Wind;Hana|花|Flower;Yuki|雪|Snow;Tsuki|月|Moon;Kawa|川|River;Mori|森|Forest;Hikari|光|Light;Aki|秋|Autumn",
);
const JAPANESE_HEADS = words(
  "machi|街|Town;uta|歌|Song;tegami|手紙|Letter;michi|道|Road;ie|家|House;yume|夢|Dream;koe|声|Voice;niwa|庭|Garden;kioku|記憶|Memory;natsu|夏|Summer",
);
const SPANISH = words(
  "La casa|House;La sombra|Shadow;La orilla|Shore;La canción|Song;La herencia|Inheritance;La estación|Station;La despedida|Farewell;La niña|Girl;La frontera|Border;La habitación|Room;La montaña|Mountain;La cosecha|Harvest",
);
const SPANISH_TAILS = words(
  "del viento|of the Wind;de los domingos|of Sundays;de Íñigo|of Íñigo;del río|of the River;sin nombre|Without a Name;de las golondrinas|of the Swallows;de la señora Muñoz|of Mrs Muñoz;que nadie oyó|Nobody Heard;de mañana|of Tomorrow;de agosto|of August",
);

/** Titles of world cinema in their own language, with the English title (and Japanese script) as alternatives. */
export const ART_HOUSE: readonly NamePattern[] = [
  pattern([THINGS, OWNERS, TIMES], (thing, owner, time) =>
    known(`${capital(at(thing, 0))} ${at(owner, 0)} ${at(time, 0)}`, [
      `The ${at(thing, 1)} ${at(owner, 1)} ${at(time, 1)}`,
    ]),
  ),
  pattern([THINGS, OWNERS], (thing, owner) =>
    known(`${capital(at(thing, 0))} ${at(owner, 0)}`, [`The ${at(thing, 1)} ${at(owner, 1)}`]),
  ),
  pattern([MASCULINE, MOODS], (thing, mood) =>
    known(`${at(thing, 0)} ${at(mood, 0)}`, [article(`${at(mood, 1)} ${at(thing, 1)}`)]),
  ),
  pattern([MASCULINE, TIMES], (thing, time) =>
    known(`${at(thing, 0)} ${at(time, 0)}`, [article(`${at(thing, 1)} ${at(time, 1)}`)]),
  ),
  pattern([JAPANESE, JAPANESE_HEADS], (of, head) =>
    known(`${at(of, 0)} no ${at(head, 0)}`, [
      `${at(of, 1)}の${at(head, 1)}`,
      `The ${at(head, 2)} of the ${at(of, 2)}`,
    ]),
  ),
  pattern([SPANISH, SPANISH_TAILS], (thing, tail) =>
    known(`${at(thing, 0)} ${at(tail, 0)}`, [`The ${at(thing, 1)} ${at(tail, 1)}`]),
  ),
];

function words(text: string): readonly string[] {
  return text.split(";");
}

function at(entry: string, part: number): string {
  return entry.split("|")[part] as string;
}

function known(name: string, alternativeNames: string[]) {
  return { name, alternativeNames };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function article(text: string): string {
  return `${/^[AEIOU]/.test(text) ? "An" : "A"} ${text}`;
}
