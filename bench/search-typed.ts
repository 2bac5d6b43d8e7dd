// 150 queries as people type them, each with the film that is meant: half remembered, half typed, in their own spelling.
import { type TitleDocument } from "../datasources/core/title.document.js";
import { type SuiteQuery } from "./search-classes.js";

/** A query and the name of the film; of several that would do, `|` between. */
const TYPED = `
shawshank → The Shawshank Redemption
shawshenk redemtion → The Shawshank Redemption
dark night → The Dark Knight
the dark nite → The Dark Knight
batman dark knight → The Dark Knight
pulpfiction → Pulp Fiction
god father → The Godfather
godfather 2 → The Godfather: Part II
the godfather part two → The Godfather: Part II
godfather iii → The Godfather: Part III
lotr fellowship → The Lord of the Rings: The Fellowship of the Ring
lord of the rings 2 towers → The Lord of the Rings: The Two Towers
return of the king → The Lord of the Rings: The Return of the King
lord of rings return king → The Lord of the Rings: The Return of the King
fightclub → Fight Club
matrix reloaded → The Matrix Reloaded
the matirx → The Matrix
forest gump → Forrest Gump
gladiater → Gladiator
seven → Se7en
se7en → Se7en
shindlers list → Schindler's List
schindler → Schindler's List
saving private ryan 1998 → Saving Private Ryan
usual suspects → The Usual Suspects
departed scorsese → The Departed
sin citty → Sin City
silence of lambs → The Silence of the Lambs
silense of the lams → The Silence of the Lambs
indiana jones raiders → Raiders of the Lost Ark
raiders lost arc → Raiders of the Lost Ark
titanic 1998 → Titanic
brave heart → Braveheart
6th sense → The Sixth Sense
sixth sence → The Sixth Sense
terminator 2 → Terminator 2: Judgment Day
terminator two → Terminator 2: Judgment Day
t2 judgement day → Terminator 2: Judgment Day
terminator judgement day → Terminator 2: Judgment Day
three hundred → 300
pirates of the carribean → Pirates of the Caribbean: The Curse of the Black Pearl
black pearl → Pirates of the Caribbean: The Curse of the Black Pearl
pirates carribean dead mans chest → Pirates of the Caribbean: Dead Man's Chest
kill bill 1 → Kill Bill: Volume 1
kill bill vol 2 → Kill Bill: Volume 2
kill bill two → Kill Bill: Volume 2
good fellas → Goodfellas
v for vendeta → V for Vendetta
eternal sunshine → Eternal Sunshine of the Spotless Mind
cuckoos nest → One Flew Over the Cuckoo's Nest
flew over the cuckoo nest → One Flew Over the Cuckoo's Nest
resevoir dogs → Reservoir Dogs
donny darko → Donnie Darko
back to future → Back to the Future
back to the future 3 → Back to the Future Part III
leon the professional → Léon
green mile → The Green Mile
no country old men → No Country for Old Men
bladerunner → Blade Runner
requiem dream → Requiem for a Dream
wall e → WALL-E
walle → WALL-E
amelie → Le Fabuleux destin d'Amélie Poulain
inglorious basterds → Inglourious Basterds
inglorious bastards → Inglourious Basterds
big lebowsky → The Big Lebowski
coen lebowski → The Big Lebowski
slumdog → Slumdog Millionaire
apocalypse → Apocalypse Now
casino royal → Casino Royale
12 monkeys → Twelve Monkeys
twelve angry men → 12 Angry Men
spider man 2 → Spider-Man 2
spiderman three → Spider-Man 3
la confidential → L.A. Confidential
finding nimo → Finding Nemo
2001 space odyssey → 2001: A Space Odyssey
kubrick space → 2001: A Space Odyssey
monty python holy grail → Monty Python and the Holy Grail
pans labyrinth → El Laberinto del Fauno
laberinto del fauno → El Laberinto del Fauno
i am legand → I am Legend
jurasic park → Jurassic Park
jurassic park 3 → Jurassic Park 3
toystory 2 → Toy Story 2
little miss sunshine → Little Miss Sunshine
trainspoting → Trainspotting
good will huntng → Good Will Hunting
bourne ultimatum → The Bourne Ultimatum
million dollar babe → Million Dollar Baby
oceans 11 → Ocean's Eleven
oceans thirteen → Ocean's Thirteen
benjamin button → The Curious Case of Benjamin Button
crystal skull → Indiana Jones and the Kingdom of the Crystal Skull
shaun of dead → Shaun of the Dead
harry potter 1 sorcerers stone → Harry Potter and the Sorcerer's Stone
hary poter chamber → Harry Potter and the Chamber of Secrets
harry potter azkaban → Harry Potter and the Prisoner of Azkaban
prizoner of azkaban → Harry Potter and the Prisoner of Azkaban
fifth elament → The Fifth Element
5th element → The Fifth Element
lost in transalation → Lost in Translation
princes bride → The Princess Bride
xmen → X-Men
x men last stand → X-Men: The Last Stand
men in black two → Men in Black 2
davinci code → The Da Vinci Code
brokeback → Brokeback Mountain
malkovich → Being John Malkovich
gangs new york → Gangs of New York
saw 3 → Saw III
temple of doom → Indiana Jones and the Temple of Doom
up pixar 2009 → Up
e.t. → ET: The Extra-Terrestrial
et extra terrestrial → ET: The Extra-Terrestrial
28 days later → 28 Days Later...
twenty eight weeks later → 28 Weeks Later
exorsist → The Exorcist
mulholand drive → Mulholland Drive
castaway → Cast Away
edward scissor hands → Edward Scissorhands
charlie chocolate factory → Charlie and the Chocolate Factory
face off → Face/Off
faceoff → Face/Off
3 10 to yuma → 3:10 to Yuma
seven samurai → Shichinin no samurai
something about mary → There's Something About Mary
shrek two → Shrek 2
forty year old virgin → The 40 Year-old Virgin
quantum solace → Quantum of Solace
ai artificial intelligence → Artificial Intelligence: AI
a.i. → Artificial Intelligence: AI
dead poet society → Dead Poets' Society
dumb and dumber → Dumb & Dumber
apollo thirteen → Apollo 13
apolo 13 → Apollo 13
kickass → Kick-Ass
mission impossible 2 → Mission: Impossible 2
mission imposible three → Mission: Impossible III
home alone 2 → Home Alone 2: Lost in New York
rocky balbo → Rocky Balboa
batman and robin → Batman & Robin
aliens vs predator → AVP: Alien Vs. Predator
alien 3 → Alien³
ten things i hate → Ten Things I Hate About You
10 things i hate about you → Ten Things I Hate About You
mister and missus smith → Mr. And Mrs. Smith
doctor no → Dr. No
doctor doolittle 2 → Doctor Dolittle 2
star wars 5 → Star Wars Ep. V: The Empire Strikes Back
star wars episode 3 → Star Wars Ep. III: Revenge of the Sith
star wars new hope → Star Wars Ep. IV: A New Hope
swat → S.W.A.T.
the rv → R.V.
nine and a half weeks → Nine 1/2 Weeks
naked gun 33⅓ → Naked Gun 33 1/3: The Final Insult
fahrenheit 911 → Fahrenheit 9/11
hitchhikers guide galaxy → The Hitchhiker's Guide to the Galaxy
scot pilgrim → Scott Pilgrim vs. The World
`;

/** @throws Error where a query means a film that is not among these. */
export function typedQueries(films: readonly TitleDocument[]): SuiteQuery[] {
  return TYPED.trim()
    .split("\n")
    .map((line) => {
      const [text = "", names = ""] = line.split(" → ");
      const meant = names.split("|").flatMap((name) => films.filter((film) => film.name === name));
      if (meant.length === 0) throw new Error(`No film is called ${names}`);
      return { kind: "as people type", text, meant: new Set(meant.map(({ id }) => id)) };
    });
}
