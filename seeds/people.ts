import { permuted } from "./random.js";

/** Given and family names that go together, by tradition. Names that several traditions share stand in one only. */
const TRADITIONS: readonly (readonly [given: string, family: string])[] = [
  [
    "Alice Arthur Beatrice Callum Charlotte Edmund Eleanor Fergus Florence George Harriet Imogen Isla Jonah Lydia Miles Nell Oscar Poppy Rory Rupert Tabitha Theo Winifred",
    "Ashworth Barlow Calloway Cartwright Dunmore Fairweather Garside Hallam Hargreaves Kershaw Lockwood Marsden Northcott Penrose Radcliffe Seddon Thackeray Underhill Wainwright Whitlock",
  ],
  [
    "Adèle Antoine Bérénice Camille Célestin Chloé Édouard Élise François Gaëlle Hélène Jérôme Léa Loïc Maëlys Noémie Océane Rémi Solène Théodore Yannick Zoé",
    "Aubert Beaumont Chevalier Delacroix Désormeaux Fontaine Gauthier Hébert Lacombe Lefèvre Marchand Noël Péchard Rivière Rousseau Sauvage Tremblay Vasseur Villeneuve",
  ],
  [
    "Alejandra Álvaro Begoña Carmen Catalina Diego Esperanza Íñigo Jimena Joaquín Lucía Martín Nuria Óscar Pilar Rocío Santiago Teodoro Ximena",
    "Aguirre Benítez Cárdenas Domínguez Echeverría Fuentes Ibáñez Llorente Muñoz Navarro Ordóñez Peñalver Quintana Rentería Salcedo Urrutia Zúñiga",
  ],
  [
    "Anneliese Björn Dörte Elke Friedrich Gisela Heike Ingrid Jürgen Katharina Lothar Matthias Niklas Renate Sören Ulrike Wiebke",
    "Achterberg Baumgärtner Dietrich Engelhardt Grünwald Hölderlin Kästner Lindqvist Müller Nordström Öhlund Reinhardt Schäfer Thorvaldsen Vögel Weiß Zöllner",
  ],
  [
    "Aiko Daisuke Emi Haruki Hinata Kaede Kenji Mariko Natsuki Ren Sakura Shinobu Takumi Yoshiko Yūto",
    "Arakawa Fujimoto Hayashi Ishikawa Kobayashi Matsuda Nakagawa Ōnishi Saitō Shimizu Takahashi Uchida Watanabe Yamamoto",
  ],
  [
    "Aarav Anjali Deepika Ishaan Kavya Lakshmi Meera Nikhil Priya Rohan Sanjay Tara Vikram Zara",
    "Banerjee Chatterjee Deshmukh Iyer Kapoor Krishnan Mehta Nair Patel Raghavan Sengupta Varma",
  ],
  [
    "Agnieszka Bogdan Dagmara Eliška Grzegorz Jadwiga Kateřina Łukasz Małgorzata Ondřej Tomáš Věra Wojciech Zdeněk",
    "Brzeziński Dvořák Jabłoński Kowalczyk Krejčí Malinowska Novotný Procházka Świątek Wiśniewski Zając Žižka",
  ],
  [
    "Abeni Adebayo Chidi Folake Ifeoma Kwame Nkechi Olumide Temi Wanjiru Yaa Zuri",
    "Achebe Adeyemi Boateng Eze Kamau Mensah Mwangi Nwosu Okafor Owusu Sowande",
  ],
  [
    "Afonso Benedita Caetano Conceição Duarte Inês Joaquim Leonor Mariana Nuno Tomé Vitória",
    "Almeida Bragança Carvalho Figueiredo Gonçalves Magalhães Nóbrega Pinheiro Sampaio Vasconcelos",
  ],
  [
    "Ayşe Baran Cem Defne Elif Emre Gülay İpek Kerem Nazlı Selin Tuğba",
    "Aksoy Çelik Demirtaş Erdoğmuş Güneş Karaca Öztürk Şahin Yıldırım",
  ],
];

const LISTS = TRADITIONS.map(([given, family]) => ({ given: given.split(" "), family: family.split(" ") }));
const SIZES = LISTS.map(({ given, family }) => given.length * family.length);

/** How many people `personName` tells apart without a middle initial. */
export const PEOPLE = SIZES.reduce((sum, size) => sum + size, 0);

const INITIALS = "ABCDEFGHJKLMNOPRSTVW";

/** Name of the person with this number: a name of its own for every number below `PEOPLE` × 21. */
export function personName(number: number): string {
  const round = Math.floor(number / PEOPLE);
  let place = permuted(number % PEOPLE, PEOPLE, 7);
  const tradition = LISTS.findIndex((_, i) => {
    if (place < (SIZES[i] ?? 0)) return true;
    place -= SIZES[i] ?? 0;
    return false;
  });
  const { given, family } = LISTS[tradition] as (typeof LISTS)[number];
  const first = given[place % given.length] as string;
  const last = family[Math.floor(place / given.length)] as string;
  const initial = round === 0 ? "" : ` ${INITIALS[(round - 1) % INITIALS.length]}.`;
  return `${first}${initial} ${last}`;
}

/** A given name, for a profile or a character. */
export function givenName(number: number): string {
  return personName(number).split(" ")[0] as string;
}

/** A family name. */
export function familyName(number: number): string {
  return personName(number).split(" ").at(-1) as string;
}
