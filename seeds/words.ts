const list = (text: string): readonly string[] => text.split(" ");

/** Adjectives that a title can carry. */
export const ADJECTIVES = list(
  "Amber Ancient Bitter Borrowed Brilliant Broken Burning Careful Clockwork Coastal Crooked Crystal Daring Distant Divided Drowned Electric Empty Endless Fading Faithful Fallen Familiar Feathered Final Forgotten Fragile Frozen Gentle Gilded Golden Hidden Hollow Hungry Idle Inland Invisible Iron Last Laughing Little Lonely Long Lost Lucky Marble Midnight Modest Narrow Northern Novel Open Ordinary Paper Patient Pale Perfect Quiet Radiant Restless Rusted Sacred Salted Scarlet Second Secret Seventh Shallow Silent Silver Sleeping Slow Solar Southern Spare Stolen Stubborn Sudden Sunken Tender Thirsty Unfinished Unlikely Velvet Wandering Weathered Whispering Wild Winter Woollen",
);

/** Nouns for the thing that a title is about. */
export const NOUNS = list(
  "Almanac Anchor Apprentice Archive Armada Atlas Ballad Bargain Beacon Bicycle Boundary Bridge Bureau Cabinet Caravan Carnival Cartographer Causeway Chandelier Choir Circuit Citadel Clearing Colony Comet Compass Conductor Confession Constellation Corridor Courier Daughter Detective Diary Duchess Echo Embassy Engine Estuary Expedition Falcon Ferry Festival Fortune Foundry Furnace Garden Ghost Glacier Guardian Harbour Harvest Horizon Hospital Hotel Hunter Inheritance Inspector Island Jury Kingdom Labyrinth Lantern Ledger Letter Library Lighthouse Locksmith Machine Magician Manuscript Market Meridian Messenger Minister Mirror Monument Museum Nightingale Oath Observatory Orchard Orchestra Outpost Pact Palace Parade Passenger Pilgrim Postcard Prophet Quarry Railway Reckoning Regiment Remedy Republic River Rumour Sanctuary Satellite Shepherd Signal Sister Sonata Sparrow Staircase Stranger Summer Surgeon Switchboard Teahouse Telescope Theatre Tide Tournament Tower Trial Vagabond Valley Verdict Village Vineyard Voyage Watchmaker Weaver Widow Winterland Witness Workshop",
);

/** Substances and feelings that pair well: "Salt and Iron". */
export const MATTERS = list(
  "Ash Bone Brass Bread Chalk Clover Copper Coral Cotton Dust Ember Fern Flint Frost Glass Granite Honey Ink Ivory Juniper Lace Linen Mercury Mist Moss Neon Oak Ochre Pearl Pepper Pollen Rain Resin Rye Saffron Salt Sand Silk Slate Smoke Snow Steel Sugar Thunder Tin Velour Willow Wool",
);

/** Places, real and imagined. */
export const PLACES = list(
  "Aberlour Amalfi Antwerp Ardmore Bergen Blackwater Bohemia Brno Cádiz Calder Coimbra Córdoba Dunwich Elmhurst Évora Fermanagh Galway Ghent Göteborg Greyfriars Hebden Holyhead Innsbruck Jaipur Kerala Kilbride Kraków Kyoto Lamorna León Łódź Lübeck Málaga Marrow Minsmere Montréal Nagasaki Næstved Oban Olomouc Orkney Palermo Pembroke Poznań Reykjavík Ribe Rosslyn Salamanca Samarkand Sarajevo Skye Szeged Tallinn Tórshavn Trieste Tromsø Ullapool Uppsala Valparaíso Wexford Whitby Ystad Zadar Zürich",
);

/** What a family name or a place can own in a title. */
export const AFFAIRS = list(
  "Affair Brothers Case Chronicles Conspiracy Diaries Dynasty Enigma Experiment File Gambit Girls Heirs House Inheritors Investigation Legacy Letters Line Mystery Papers Protocol Sisters Story Trials Years",
);

/** Parts of a town or a landscape, after the name of a place. */
export const SITES = list(
  "Avenue Bay Borough Circus Common Court Crossing Docks General Heights Hill Junction Lane Lock Mill Moor Nights Pier Point Quay Road Row Square Station Street Sands Wharf",
);

/** Doings, before a place or a name. */
export const DOINGS = list(
  "Becoming Burying Calling Catching Chasing Crossing Defending Finding Following Forgetting Inventing Leaving Losing Loving Mending Missing Painting Raising Remembering Saving Seeking Teaching Tracing Understanding Visiting",
);

/** Plural things, to be counted. */
export const PLURALS = list(
  "Bridges Brothers Candles Cities Daughters Doors Dresses Editors Fires Foxes Gardens Governors Horses Islands Kings Lanterns Letters Lies Locks Miles Moons Mothers Nights Ravens Rivers Rooms Seasons Secrets Shadows Ships Sisters Songs Stars Storms Strangers Suitcases Summers Thieves Tides Towers Trains Wolves Winters Witnesses",
);

/** Numbers, as a title writes them. */
export const NUMBERS = list(
  "Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Forty Ninety Hundred",
);

/** Where something stands to something else. */
export const RELATIONS = list(
  "Above After Against Before Behind Below Beneath Beyond Despite Towards Under Without",
);

/** Trades of the people that synopses are about. */
export const TRADES = list(
  "accountant archivist baker beekeeper botanist cellist chef clockmaker coroner diplomat diver drummer ferryman forger geologist gravedigger interpreter journalist judge librarian locksmith magistrate midwife navigator nurse painter photographer pilot poet publican schoolteacher seismologist surgeon tailor translator typesetter veterinarian violinist",
);
