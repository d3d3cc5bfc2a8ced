/* Longer than 500 lines: two thirds of it are the table. */
#include "dispatch/lexicon.h"

#include <stdbool.h>
#include <string.h>

/* clang-format off */
enum concept {
	CONCEPT_NONE,
	CONCEPT_WATER, CONCEPT_FIRE, CONCEPT_SMOKE, CONCEPT_COLLAPSE, CONCEPT_RUBBLE,
	CONCEPT_BLOCKED, CONCEPT_OPEN, CONCEPT_INJURED, CONCEPT_DEAD, CONCEPT_BREATHE,
	CONCEPT_FAINT, CONCEPT_PERSON, CONCEPT_MAN, CONCEPT_WOMAN, CONCEPT_CHILD,
	CONCEPT_OLD, CONCEPT_MOTHER, CONCEPT_FATHER, CONCEPT_GRANDPARENT,
	CONCEPT_SIBLING, CONCEPT_SPOUSE, CONCEPT_OFFSPRING, CONCEPT_NEIGHBOUR,
	CONCEPT_FAMILY, CONCEPT_PREGNANT, CONCEPT_ILL, CONCEPT_TOWN, CONCEPT_DISABLED,
	CONCEPT_HOUSE, CONCEPT_BUILDING, CONCEPT_FLAT, CONCEPT_SCHOOL, CONCEPT_CHURCH,
	CONCEPT_HOSPITAL, CONCEPT_BRIDGE, CONCEPT_BASEMENT, CONCEPT_GARAGE,
	CONCEPT_STATION, CONCEPT_SHOP, CONCEPT_FACTORY, CONCEPT_HOTEL,
	CONCEPT_UNDERPASS, CONCEPT_LIFT, CONCEPT_RAILWAY, CONCEPT_PARK, CONCEPT_ROAD,
	CONCEPT_CAR, CONCEPT_TRUCK, CONCEPT_BUS, CONCEPT_MOTORBIKE, CONCEPT_TRAIN,
	CONCEPT_BOAT, CONCEPT_TREE, CONCEPT_POLE, CONCEPT_BRANCH, CONCEPT_CABLE,
	CONCEPT_TILE, CONCEPT_WINDOW, CONCEPT_CHIMNEY, CONCEPT_BALCONY,
	CONCEPT_CORNICE, CONCEPT_ROOF, CONCEPT_WALL, CONCEPT_FLOOR, CONCEPT_STAIRS,
	CONCEPT_RIVER, CONCEPT_BANK, CONCEPT_LANDSLIDE, CONCEPT_MUD, CONCEPT_ROCK,
	CONCEPT_SNOW, CONCEPT_ICE, CONCEPT_WIND, CONCEPT_STORM, CONCEPT_RAIN,
	CONCEPT_GAS, CONCEPT_SMELL, CONCEPT_LEAK, CONCEPT_EXPLOSION, CONCEPT_POWER,
	CONCEPT_PHONE, CONCEPT_QUAKE, CONCEPT_DAMAGE, CONCEPT_ISOLATED, CONCEPT_HELP,
	CONCEPT_NEED, CONCEPT_MEDICINE, CONCEPT_FOOD, CONCEPT_BLANKET, CONCEPT_TENT,
	CONCEPT_CAMP, CONCEPT_RISE, CONCEPT_SINK, CONCEPT_FALL, CONCEPT_INSIDE,
	CONCEPT_EXIT, CONCEPT_UNDER, CONCEPT_MISSING, CONCEPT_DOG, CONCEPT_CAT,
	CONCEPT_HORSE, CONCEPT_HEART, CONCEPT_CRASH, CONCEPT_LEFT, CONCEPT_RIGHT,
	CONCEPT_NORTH, CONCEPT_SOUTH, CONCEPT_EAST, CONCEPT_WEST,
};

static const struct {
	uint8_t weight;
	uint8_t group;
	bool alarms;
} concepts[] = {
	[CONCEPT_WATER] = {3, 0, false}, [CONCEPT_FIRE] = {3, 0, true},
	[CONCEPT_SMOKE] = {3, 0, true}, [CONCEPT_COLLAPSE] = {3, 0, true},
	[CONCEPT_RUBBLE] = {3, 0, true},
	[CONCEPT_BLOCKED] = {3, LEXICON_GROUP_WAY, true},
	[CONCEPT_OPEN] = {3, LEXICON_GROUP_WAY, false},
	[CONCEPT_INJURED] = {3, 0, true}, [CONCEPT_DEAD] = {3, 0, true},
	[CONCEPT_BREATHE] = {3, 0, false}, [CONCEPT_FAINT] = {3, 0, true},
	[CONCEPT_PERSON] = {1, 0, false},
	[CONCEPT_MAN] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_WOMAN] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_CHILD] = {3, LEXICON_GROUP_WHO, true},
	[CONCEPT_OLD] = {3, LEXICON_GROUP_WHO, true},
	[CONCEPT_MOTHER] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_FATHER] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_GRANDPARENT] = {3, LEXICON_GROUP_WHO, true},
	[CONCEPT_SIBLING] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_SPOUSE] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_OFFSPRING] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_NEIGHBOUR] = {2, LEXICON_GROUP_WHO, false},
	[CONCEPT_FAMILY] = {2, 0, false}, [CONCEPT_PREGNANT] = {3, 0, true},
	[CONCEPT_ILL] = {3, 0, true}, [CONCEPT_TOWN] = {2, 0, false},
	[CONCEPT_DISABLED] = {3, 0, true}, [CONCEPT_HOUSE] = {2, 0, false},
	[CONCEPT_BUILDING] = {2, 0, false}, [CONCEPT_FLAT] = {2, 0, false},
	[CONCEPT_SCHOOL] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_CHURCH] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_HOSPITAL] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_BRIDGE] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_BASEMENT] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_GARAGE] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_STATION] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_SHOP] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_FACTORY] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_HOTEL] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_UNDERPASS] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_LIFT] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_RAILWAY] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_PARK] = {3, LEXICON_GROUP_SITE, false},
	[CONCEPT_ROAD] = {2, 0, false},
	[CONCEPT_CAR] = {3, LEXICON_GROUP_VEHICLE, false},
	[CONCEPT_TRUCK] = {3, LEXICON_GROUP_VEHICLE, false},
	[CONCEPT_BUS] = {3, LEXICON_GROUP_VEHICLE, false},
	[CONCEPT_MOTORBIKE] = {3, LEXICON_GROUP_VEHICLE, false},
	[CONCEPT_TRAIN] = {3, LEXICON_GROUP_VEHICLE, false},
	[CONCEPT_BOAT] = {3, LEXICON_GROUP_VEHICLE, false},
	[CONCEPT_TREE] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_POLE] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_BRANCH] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_CABLE] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_TILE] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_WINDOW] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_CHIMNEY] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_BALCONY] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_CORNICE] = {3, LEXICON_GROUP_FALLEN, false},
	[CONCEPT_ROOF] = {3, 0, false}, [CONCEPT_WALL] = {3, 0, false},
	[CONCEPT_FLOOR] = {2, 0, false}, [CONCEPT_STAIRS] = {3, 0, false},
	[CONCEPT_RIVER] = {3, 0, false}, [CONCEPT_BANK] = {3, 0, false},
	[CONCEPT_LANDSLIDE] = {3, 0, false}, [CONCEPT_MUD] = {3, 0, false},
	[CONCEPT_ROCK] = {3, 0, false}, [CONCEPT_SNOW] = {3, 0, false},
	[CONCEPT_ICE] = {3, 0, false}, [CONCEPT_WIND] = {3, 0, false},
	[CONCEPT_STORM] = {3, 0, false}, [CONCEPT_RAIN] = {3, 0, false},
	[CONCEPT_GAS] = {3, 0, true}, [CONCEPT_SMELL] = {3, 0, false},
	[CONCEPT_LEAK] = {3, 0, false}, [CONCEPT_EXPLOSION] = {3, 0, true},
	[CONCEPT_POWER] = {3, 0, false}, [CONCEPT_PHONE] = {2, 0, false},
	[CONCEPT_QUAKE] = {3, 0, false}, [CONCEPT_DAMAGE] = {3, 0, false},
	[CONCEPT_ISOLATED] = {3, 0, false}, [CONCEPT_HELP] = {1, 0, false},
	[CONCEPT_NEED] = {2, 0, false}, [CONCEPT_MEDICINE] = {3, 0, true},
	[CONCEPT_FOOD] = {3, 0, false}, [CONCEPT_BLANKET] = {3, 0, false},
	[CONCEPT_TENT] = {3, 0, false}, [CONCEPT_CAMP] = {3, 0, false},
	[CONCEPT_RISE] = {3, LEXICON_GROUP_TREND, true},
	[CONCEPT_SINK] = {3, LEXICON_GROUP_TREND, false},
	[CONCEPT_FALL] = {2, 0, false}, [CONCEPT_INSIDE] = {2, 0, false},
	[CONCEPT_EXIT] = {2, 0, false}, [CONCEPT_UNDER] = {2, 0, false},
	[CONCEPT_MISSING] = {3, 0, true},
	[CONCEPT_DOG] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_CAT] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_HORSE] = {3, LEXICON_GROUP_WHO, false},
	[CONCEPT_HEART] = {3, 0, true}, [CONCEPT_CRASH] = {3, 0, false},
	[CONCEPT_LEFT] = {3, LEXICON_GROUP_SIDE, false},
	[CONCEPT_RIGHT] = {3, LEXICON_GROUP_SIDE, false},
	[CONCEPT_NORTH] = {3, LEXICON_GROUP_QUARTER, false},
	[CONCEPT_SOUTH] = {3, LEXICON_GROUP_QUARTER, false},
	[CONCEPT_EAST] = {3, LEXICON_GROUP_QUARTER, false},
	[CONCEPT_WEST] = {3, LEXICON_GROUP_QUARTER, false},
};

#define IS(word, concept) {word, LEXICON_CONCEPT, CONCEPT_##concept}
#define NOT(word, concept) {word, LEXICON_DENIED, CONCEPT_##concept}
#define NUMBER(word, value) {word, LEXICON_NUMBER, value}
#define STOP(word) {word, LEXICON_STOP, 0}
#define DENIES(word) {word, LEXICON_DENIES, 0}
#define STREET(word) {word, LEXICON_STREET, 0}
#define BEHIND(word) {word, LEXICON_STREET_BEHIND, 0}

/* Sorted: a search looks at the words of the same first two letters. */
static const struct lexicon_row rows[] = {
	STOP("abbiamo"), IS("abitazion*", HOUSE), STOP("able"), STOP("about"),
	STOP("accanto"), IS("accident*", CRASH), IS("acqua", WATER),
	IS("acque", WATER), STOP("ad"), STOP("adesso"), STOP("agli"), STOP("ai"),
	IS("aiut*", HELP), STOP("al"), IS("alber*", TREE), IS("alberghi", HOTEL),
	IS("albergo", HOTEL), STOP("alcuna"), STOP("alcune"), STOP("alcuni"),
	STOP("all"), STOP("alla"), IS("allag*", WATER), STOP("alle"), STOP("allo"),
	IS("alluvion*", WATER), STOP("also"), STOP("altra"), STOP("altre"),
	STOP("altri"), STOP("altro"), STOP("always"), STOP("am"), STOP("an"),
	STOP("anche"), STOP("ancora"), STOP("and"), STOP("anke"), STOP("any"),
	IS("anzian*", OLD), IS("apartment*", FLAT), IS("apert*", OPEN),
	IS("appartament*", FLAT), STOP("are"), DENIES("arent"), IS("argin*", BANK),
	STOP("as"), STOP("asap"), IS("ascensor*", LIFT), STOP("at"),
	IS("aument*", RISE), IS("auto", CAR), IS("autocarr*", TRUCK),
	IS("automobil*", CAR), IS("autorimess*", GARAGE), BEHIND("ave"),
	BEHIND("avenue"), STOP("avete"), STOP("aveva"), IS("baby", CHILD),
	IS("balcon*", BALCONY), IS("balcony", BALCONY), IS("bambin*", CHILD),
	IS("barca", BOAT), IS("barche", BOAT), IS("basement*", BASEMENT), STOP("be"),
	STOP("been"), STOP("behind"), STOP("being"), IS("beneath", UNDER),
	IS("better", SINK), IS("bimb*", CHILD), IS("binari*", RAILWAY),
	IS("bisogn*", NEED), NOT("blackout", POWER), IS("blanket*", BLANKET),
	IS("blast", EXPLOSION), IS("blaze", FIRE), IS("bldg", BUILDING),
	IS("bloccat*", BLOCKED), IS("blocked", BLOCKED), IS("boat*", BOAT),
	IS("borgo", TOWN), IS("boulder*", ROCK), IS("branch*", BRANCH),
	IS("breath*", BREATHE), IS("bridge*", BRIDGE), IS("brother*", SIBLING),
	IS("bruci*", FIRE), IS("bufer*", STORM), IS("building*", BUILDING),
	STOP("buonasera"), STOP("buongiorno"), IS("burn*", FIRE), IS("bus", BUS),
	STOP("by"), IS("cable*", CABLE), IS("cade", FALL), IS("cadendo", FALL),
	IS("cadono", FALL), IS("cadut*", FALL), IS("cala", SINK), IS("calando", SINK),
	IS("camin*", CHIMNEY), IS("camion", TRUCK), IS("camp", CAMP),
	IS("campi", CAMP), IS("campo", CAMP), IS("camps", CAMP), STOP("can"),
	IS("cane", DOG), IS("cani", DOG), DENIES("cannot"), DENIES("cant"),
	IS("cantin*", BASEMENT), IS("capannon*", FACTORY), IS("car", CAR),
	IS("cardiac*", HEART), IS("carrozzin*", DISABLED), IS("cars", CAR),
	IS("casa", HOUSE), IS("case", HOUSE), IS("cat", CAT), IS("cats", CAT),
	IS("cavall*", HORSE), IS("cavi", CABLE), IS("cavo", CABLE), STOP("ce"),
	IS("cellar*", BASEMENT), IS("cellular*", PHONE), NUMBER("cento", 100),
	STOP("cera"), STOP("che"), STOP("chi"), IS("chies*", CHURCH),
	IS("child*", CHILD), IS("chimney*", CHIMNEY), IS("chius*", BLOCKED),
	IS("church*", CHURCH), STOP("ci"), STOP("ciao"), IS("cibo", FOOD),
	NUMBER("cinque", 5), STOP("circa"), IS("citta", TOWN), IS("city", TOWN),
	IS("closed", BLOCKED), STOP("cmq"), STOP("col"), IS("collaps*", COLLAPSE),
	STOP("come"), IS("comignol*", CHIMNEY), STOP("completamente"),
	STOP("completely"), STOP("comunque"), STOP("con"), IS("condomini*", BUILDING),
	STOP("continua"), STOP("continuano"), STREET("contrada"),
	IS("copert*", BLANKET), NUMBER("coppia", 2), IS("cornice*", CORNICE),
	IS("cornicion*", CORNICE), IS("corrente", POWER), IS("corriera", BUS),
	STREET("corso"), STOP("cosi"), STOP("could"), NUMBER("couple", 2),
	IS("crack*", DAMAGE), IS("crash", CRASH), STOP("credo"), IS("creek", RIVER),
	IS("crep*", DAMAGE), IS("cresc*", RISE), IS("croll*", COLLAPSE), STOP("cui"),
	IS("cuore", HEART), STOP("da"), IS("dad", FATHER), STOP("dagli"), STOP("dai"),
	STOP("dal"), STOP("dall"), STOP("dalla"), STOP("dalle"), STOP("dallo"),
	IS("damag*", DAMAGE), IS("dann*", DAMAGE), IS("daughter*", OFFSPRING),
	STOP("davanti"), STOP("davvero"), IS("dead", DEAD), IS("debris", RUBBLE),
	IS("decedut*", DEAD), NUMBER("decina", 10), STOP("degli"), STOP("dei"),
	STOP("del"), STOP("dell"), STOP("della"), STOP("delle"), STOP("dello"),
	IS("dentro", INSIDE), IS("destr*", RIGHT), IS("detrit*", RUBBLE),
	STOP("detto"), STOP("di"), STOP("dice"), NUMBER("diciannove", 19),
	NUMBER("diciassette", 17), NUMBER("diciotto", 18), STOP("dicono"), STOP("did"),
	NUMBER("dieci", 10), IS("died", DEAD), STOP("dietro"),
	IS("disabil*", DISABLED), IS("disabled", DISABLED), IS("dispers*", MISSING),
	STOP("do"), NUMBER("dodici", 12), STOP("does"), IS("dog", DOG),
	IS("dogs", DOG), IS("donna", WOMAN), IS("donne", WOMAN), DENIES("dont"),
	STOP("dopo"), STOP("dove"), NUMBER("dozen", 12), NUMBER("dozzina", 12),
	IS("dropping", SINK), NUMBER("due", 2), STOP("dv"), IS("dying", DEAD),
	IS("earthquake*", QUAKE), IS("east*", EAST), STOP("ed"),
	IS("edifici*", BUILDING), STOP("eh"), NUMBER("eight", 8),
	NUMBER("eighteen", 18), NUMBER("eighty", 80), IS("elderly", OLD),
	IS("electric*", POWER), IS("elettric*", POWER), IS("elevator*", LIFT),
	NUMBER("eleven", 11), IS("embankment*", BANK), STOP("era"), STOP("erano"),
	IS("escape", EXIT), IS("esond*", WATER), IS("esplo*", EXPLOSION),
	STOP("essere"), IS("est", EAST), IS("exit", EXIT), IS("explo*", EXPLOSION),
	STOP("fa"), IS("fabbric*", FACTORY), IS("factory", FACTORY),
	IS("fainted", FAINT), IS("fallen", FALL), IS("falling", SINK),
	IS("famigli*", FAMILY), IS("famil*", FAMILY), IS("fanghi", MUD),
	IS("fango", MUD), STOP("fare"), IS("farmac*", MEDICINE), STOP("fate"),
	IS("father", FATHER), STOP("favore"), IS("fell", FALL), IS("ferit*", INJURED),
	IS("ferrovi*", RAILWAY), IS("fiamm*", FIRE), NUMBER("fifteen", 15),
	NUMBER("fifth", 5), NUMBER("fifty", 50), IS("figli*", OFFSPRING),
	IS("finestr*", WINDOW), STOP("fino"), IS("fire", FIRE), IS("fires", FIRE),
	NUMBER("first", 1), IS("fium*", RIVER), NUMBER("five", 5), IS("flame*", FIRE),
	IS("flat", FLAT), IS("flats", FLAT), IS("flood*", WATER), IS("floor*", FLOOR),
	IS("food", FOOD), STOP("for"), STOP("forse"), NUMBER("forty", 40),
	NUMBER("four", 4), NUMBER("fourteen", 14), NUMBER("fourth", 4), STOP("fra"),
	IS("frana", LANDSLIDE), IS("franat*", LANDSLIDE), IS("frane", LANDSLIDE),
	IS("fratell*", SIBLING), STREET("frazione"), STOP("from"), IS("fuga", LEAK),
	IS("fughe", LEAK), STOP("fully"), IS("fumi", SMOKE), IS("fumo", SMOKE),
	IS("fuochi", FIRE), IS("fuoco", FIRE), IS("galleri*", UNDERPASS),
	IS("garage*", GARAGE), IS("garden*", PARK), IS("gas", GAS), IS("gatti", CAT),
	IS("gatto", CAT), IS("gente", PERSON), STOP("get"), STOP("getting"),
	IS("ghiacci*", ICE), STOP("gia"), IS("giardin*", PARK), STOP("gli"),
	IS("gommon*", BOAT), STOP("got"), IS("grandf*", GRANDPARENT),
	IS("grandm*", GRANDPARENT), STOP("grazie"), STOP("ha"), STOP("had"),
	STOP("hai"), STOP("hanno"), STOP("has"), STOP("have"), STOP("he"),
	IS("heart", HEART), STOP("hello"), IS("help", HELP), STOP("her"), STOP("here"),
	STOP("hi"), STOP("him"), STOP("his"), STOP("ho"), IS("home", HOUSE),
	IS("homes", HOUSE), IS("horse*", HORSE), IS("hospital*", HOSPITAL),
	IS("hotel", HOTEL), IS("house*", HOUSE), NUMBER("hundred", 100),
	IS("hurt", INJURED), IS("husband", SPOUSE), IS("ice", ICE), IS("icy", ICE),
	STOP("il"), IS("ill", ILL), STOP("im"), IS("impassable", BLOCKED),
	IS("impraticabil*", BLOCKED), STOP("in"), IS("incastrat*", BLOCKED),
	IS("incend*", FIRE), IS("incidente", CRASH), IS("incidenti", CRASH),
	IS("incint*", PREGNANT), IS("incoscient*", FAINT), IS("infart*", HEART),
	IS("injur*", INJURED), IS("inond*", WATER), IS("inside", INSIDE),
	IS("interno", INSIDE), STOP("into"), IS("intrappol*", BLOCKED), STOP("io"),
	STOP("is"), DENIES("isnt"), IS("isolat*", ISOLATED), IS("isolated", ISOLATED),
	STOP("it"), STOP("its"), STOP("just"), STOP("ke"), IS("kid", CHILD),
	IS("kids", CHILD), STOP("la"), IS("lady", WOMAN), IS("lampion*", POLE),
	IS("landslide*", LANDSLIDE), BEHIND("lane"), STREET("largo"), STOP("le"),
	IS("leak*", LEAK), IS("left", LEFT), STOP("lei"), IS("lesionat*", DAMAGE),
	IS("levee*", BANK), IS("lift", LIFT), STOP("like"), STOP("ll"), STOP("lo"),
	STREET("loc"), STREET("localita"), STOP("loro"), IS("lorry", TRUCK),
	IS("luce", POWER), STOP("lui"), STREET("lungomare"), STOP("ma"),
	IS("macchin*", CAR), IS("maceri*", RUBBLE), IS("madre", MOTHER),
	IS("magazzin*", FACTORY), DENIES("mai"), IS("malat*", ILL),
	IS("mamma", MOTHER), IS("man", MAN), DENIES("manca"), IS("mancano", NEED),
	DENIES("mancanza"), STOP("manda"), STOP("mandare"), STOP("mandate"),
	IS("mangiare", FOOD), IS("marit*", SPOUSE), IS("massi", ROCK),
	IS("masso", ROCK), STOP("may"), STOP("maybe"), STOP("me"),
	IS("medicin*", MEDICINE), IS("men", MAN), IS("metano", GAS), STOP("mi"),
	STOP("mia"), STOP("mie"), STOP("miei"), STOP("might"), IS("miglior*", SINK),
	NUMBER("mila", 1000), NUMBER("mille", 1000), STOP("mio"),
	IS("missing", MISSING), IS("mogli*", SPOUSE), STOP("molta"), STOP("molte"),
	STOP("molti"), STOP("molto"), IS("mom", MOTHER), IS("morendo", DEAD),
	IS("mort*", DEAD), IS("mother", MOTHER), IS("moto", MOTORBIKE),
	IS("motorbike*", MOTORBIKE), IS("motorcycle*", MOTORBIKE),
	IS("motorin*", MOTORBIKE), IS("mud", MUD), IS("mudslide*", LANDSLIDE),
	IS("mum", MOTHER), IS("mura", WALL), IS("muri", WALL), IS("muro", WALL),
	STOP("my"), STOP("ne"), STOP("near"), IS("need*", NEED), STOP("negli"),
	IS("negozi*", SHOP), STOP("nei"), IS("neighbo*", NEIGHBOUR), STOP("nel"),
	STOP("nell"), STOP("nella"), STOP("nelle"), STOP("nello"),
	IS("neonat*", CHILD), DENIES("nessun"), DENIES("nessuna"), DENIES("nessuno"),
	IS("neve", SNOW), DENIES("never"), IS("nevi", SNOW), IS("nevicat*", SNOW),
	STOP("next"), NUMBER("nine", 9), NUMBER("nineteen", 19), NUMBER("ninety", 90),
	DENIES("nn"), DENIES("no"), DENIES("nobody"), STOP("noi"), DENIES("non"),
	DENIES("none"), IS("nonn*", GRANDPARENT), DENIES("nor"), IS("nord", NORTH),
	IS("north*", NORTH), STOP("nostra"), STOP("nostre"), STOP("nostri"),
	STOP("nostro"), DENIES("not"), NUMBER("nove", 9), STOP("now"),
	IS("occorr*", NEED), IS("odor*", SMELL), STOP("of"), STOP("ogni"), STOP("ok"),
	IS("old", OLD), STOP("on"), STOP("one"), IS("open", OPEN), STOP("or"),
	STOP("ora"), STOP("ormai"), IS("ospedal*", HOSPITAL), NUMBER("otto", 8),
	STOP("our"), IS("out", EXIT), IS("ovest", WEST), IS("padre", FATHER),
	IS("paese", TOWN), IS("paesi", TOWN), IS("palazz*", BUILDING),
	IS("pali", POLE), IS("palo", POLE), IS("papa", FATHER), IS("parchi", PARK),
	IS("parco", PARK), STOP("pare"), IS("park", PARK), STOP("parte"),
	IS("peggior*", RISE), STOP("penso"), IS("people", PERSON), STOP("per"),
	STOP("perche"), IS("perdit*", LEAK), STOP("perke"), IS("person*", PERSON),
	IS("phone*", PHONE), IS("piani", FLOOR), IS("piano", FLOOR),
	IS("pianta", TREE), STREET("piazza"), STREET("piazzale"), IS("piogg*", RAIN),
	IS("piov*", RAIN), STOP("piu"), STOP("please"), STOP("pls"), STOP("plz"),
	STOP("poi"), IS("pole", POLE), IS("poles", POLE), IS("ponte", BRIDGE),
	IS("ponti", BRIDGE), IS("pontic*", BRIDGE), IS("power", POWER),
	IS("ppl", PERSON), IS("pregnant*", PREGNANT), STOP("prego"), STOP("presso"),
	STOP("presto"), STOP("prima"), NUMBER("primo", 1), STOP("proprio"),
	IS("provinciale", ROAD), IS("pullman", BUS), IS("puzz*", SMELL), STREET("pza"),
	STREET("pzza"), STOP("qlc"), STOP("qlcn"), STOP("qlcuno"), STOP("qst"),
	STOP("qsta"), STOP("qsto"), STOP("qua"), IS("quake*", QUAKE), STOP("qualche"),
	IS("qualcuno", PERSON), STOP("quale"), STOP("quando"), NUMBER("quarto", 4),
	STOP("quasi"), NUMBER("quattordici", 14), NUMBER("quattro", 4), STOP("quei"),
	STOP("quel"), STOP("quella"), STOP("quelli"), STOP("quello"), STOP("questa"),
	STOP("queste"), STOP("questi"), STOP("questo"), STOP("qui"),
	NUMBER("quindici", 15), NUMBER("quinto", 5), IS("rails", RAILWAY),
	IS("railway*", RAILWAY), IS("rain*", RAIN), IS("rami", BRANCH),
	IS("ramo", BRANCH), BEHIND("rd"), STOP("re"), STOP("really"),
	IS("receding", SINK), STOP("report"), STOP("reported"), STOP("reports"),
	IS("rescue*", HELP), IS("respir*", BREATHE), IS("riapert*", OPEN),
	STOP("riesce"), STOP("riesci"), STOP("riesco"), STOP("riescono"),
	IS("right", RIGHT), STOP("rimasta"), STOP("rimaste"), STOP("rimasti"),
	STOP("rimasto"), IS("rise", RISE), IS("rises", RISE), IS("rising", RISE),
	STOP("risulta"), STOP("risultano"), STOP("riusciamo"), STOP("riuscire"),
	IS("river*", RIVER), IS("road*", ROAD), IS("rocce", ROCK), IS("roccia", ROCK),
	IS("rock", ROCK), IS("rocks", ROCK), IS("roghi", FIRE), IS("rogo", FIRE),
	IS("roof*", ROOF), IS("rubble", RUBBLE), IS("sale", RISE), IS("salendo", RISE),
	IS("salit*", RISE), STOP("salve"), IS("scala", STAIRS), IS("scale", STAIRS),
	IS("scantinat*", BASEMENT), IS("scend*", SINK), IS("scesa", SINK),
	IS("sceso", SINK), IS("school*", SCHOOL), IS("scompars*", MISSING),
	IS("scontro", CRASH), IS("scooter", MOTORBIKE), IS("scoppi*", EXPLOSION),
	IS("scoss*", QUAKE), IS("scuol*", SCHOOL), STOP("scusate"), STOP("se"),
	NUMBER("second", 2), NUMBER("secondo", 2), NUMBER("sedici", 16), STOP("see"),
	STOP("seeing"), STOP("segnala"), STOP("segnalati"), STOP("segnalato"),
	STOP("segnaliamo"), STOP("segnalo"), NUMBER("sei", 6), STOP("sembra"),
	IS("seminterrat*", BASEMENT), STOP("sempre"), DENIES("senza"),
	IS("serv*", NEED), NUMBER("sesto", 6), NUMBER("sette", 7), NUMBER("seven", 7),
	NUMBER("seventeen", 17), NUMBER("seventy", 70), STOP("she"), IS("shop*", SHOP),
	STOP("should"), STOP("si"), STOP("sia"), STOP("siam"), STOP("siamo"),
	IS("sick", ILL), STOP("siete"), IS("signora", WOMAN), IS("signore", MAN),
	IS("sinistr*", LEFT), IS("sism*", QUAKE), IS("sister*", SIBLING),
	NUMBER("six", 6), NUMBER("sixteen", 16), NUMBER("sixth", 6),
	NUMBER("sixty", 60), IS("smarrit*", MISSING), IS("smell*", SMELL),
	IS("smoke", SMOKE), IS("smoking", SMOKE), IS("smottament*", LANDSLIDE),
	STOP("sn"), IS("snow*", SNOW), STOP("so"), IS("soccors*", HELP), STOP("solo"),
	STOP("some"), IS("somebody", PERSON), IS("someone", PERSON),
	IS("sommers*", WATER), IS("son", OFFSPRING), STOP("sono"),
	IS("sons", OFFSPRING), IS("sorell*", SIBLING), IS("sos", HELP),
	IS("sotto", UNDER), IS("sottopass*", UNDERPASS), IS("south*", SOUTH),
	BEHIND("square"), BEHIND("st"), STOP("sta"), IS("stair*", STAIRS),
	STOP("stanno"), STOP("stata"), IS("statale", ROAD), STOP("state"),
	STOP("stati"), IS("station*", STATION), STOP("stato"), IS("stazion*", STATION),
	STOP("stiamo"), STOP("still"), STOP("sto"), IS("storm*", STORM),
	IS("strad*", ROAD), IS("straripa*", WATER), IS("stream*", RIVER),
	IS("street*", ROAD), IS("stuck", BLOCKED), STOP("su"), STOP("sua"),
	STOP("subito"), IS("sud", SOUTH), STOP("sugli"), STOP("sui"), STOP("sul"),
	STOP("sull"), STOP("sulla"), STOP("sulle"), STOP("sullo"), STOP("suo"),
	STOP("suoi"), IS("supermarket*", SHOP), IS("supermercat*", SHOP),
	IS("svenut*", FAINT), IS("tamponament*", CRASH), STOP("te"),
	IS("tegol*", TILE), IS("telefon*", PHONE), IS("tempest*", STORM),
	IS("temporal*", STORM), NUMBER("ten", 10), IS("tenda", TENT),
	IS("tende", TENT), IS("tent", TENT), IS("tents", TENT), IS("terremot*", QUAKE),
	NUMBER("terzo", 3), IS("tett*", ROOF), STOP("thank"), STOP("thanks"),
	STOP("that"), STOP("the"), STOP("their"), STOP("them"), STOP("there"),
	STOP("these"), STOP("they"), STOP("think"), NUMBER("third", 3),
	NUMBER("thirteen", 13), NUMBER("thirty", 30), STOP("this"), STOP("those"),
	NUMBER("thousand", 1000), NUMBER("three", 3), STOP("ti"), IS("tile", TILE),
	IS("tiles", TILE), IS("tir", TRUCK), STOP("to"), STOP("too"),
	IS("torrent*", RIVER), STOP("totally"), STOP("totalmente"), IS("town*", TOWN),
	STOP("tra"), IS("train", TRAIN), IS("trains", TRAIN), IS("trapped", BLOCKED),
	NUMBER("tre", 3), NUMBER("tredici", 13), IS("tree*", TREE),
	IS("tremor*", QUAKE), IS("treni", TRAIN), IS("treno", TRAIN), STOP("troppo"),
	IS("truck*", TRUCK), STOP("tt"), STOP("tu"), STOP("tua"),
	IS("tunnel", UNDERPASS), STOP("tuo"), STOP("tutta"), STOP("tutte"),
	STOP("tutti"), STOP("tutto"), NUMBER("twelve", 12), NUMBER("twenty", 20),
	NUMBER("two", 2), STOP("un"), STOP("una"), IS("unconscious", FAINT),
	IS("under", UNDER), IS("underpass*", UNDERPASS), NUMBER("undici", 11),
	STOP("uno"), IS("unresponsive", FAINT), IS("uomini", MAN), IS("uomo", MAN),
	STOP("up"), STOP("ur"), STOP("urgent"), STOP("urgente"), STOP("urgentemente"),
	STOP("us"), IS("uscire", EXIT), IS("uscit*", EXIT), STOP("ve"),
	IS("vecchi*", OLD), STOP("vede"), STOP("vedere"), STOP("vedo"), STOP("vedono"),
	STOP("veloce"), STOP("venire"), STOP("venite"), IS("vento", WIND),
	STOP("verso"), STOP("very"), IS("vettur*", CAR), STOP("vi"), STREET("via"),
	STREET("viale"), IS("vicin*", NEIGHBOUR), STREET("vicolo"), STOP("vieni"),
	IS("village*", TOWN), IS("viveri", FOOD), STREET("vle"), STOP("voi"),
	IS("wall", WALL), IS("walls", WALL), IS("warehouse*", FACTORY), STOP("was"),
	IS("water", WATER), IS("waters", WATER), STOP("we"), STOP("were"),
	IS("west*", WEST), STOP("what"), IS("wheelchair", DISABLED), STOP("when"),
	STOP("where"), STOP("which"), STOP("who"), IS("wife", SPOUSE), STOP("will"),
	IS("wind", WIND), IS("window*", WINDOW), IS("winds", WIND), IS("wire", CABLE),
	IS("wires", CABLE), STOP("with"), DENIES("without"), IS("woman", WOMAN),
	IS("women", WOMAN), IS("worse", RISE), STOP("would"), IS("wound*", INJURED),
	STOP("xche"), STOP("xke"), STOP("you"), STOP("your"), DENIES("zero"),
};

static const struct {
	const char *stem;
	uint16_t value;
} tens[] = {
	{"vent", 20}, {"trent", 30}, {"quarant", 40}, {"cinquant", 50},
	{"sessant", 60}, {"settant", 70}, {"ottant", 80}, {"novant", 90},
};

static const char *const units[] = {
	"", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove",
};
/* clang-format on */

enum {
	ROWS = sizeof(rows) / sizeof(rows[0]),
	TENS = sizeof(tens) / sizeof(tens[0]),
	UNITS = sizeof(units) / sizeof(units[0]),
	LETTERS = 'z' - 'a' + 1,
	PAIRS = LETTERS * LETTERS,
};

/* Which pair of letters the word begins with; PAIRS: no letters. */
static size_t
pair_of(const char *word)
{
	unsigned first = (unsigned)(unsigned char)word[0] - 'a';
	unsigned second = (unsigned)(unsigned char)word[1] - 'a';

	return first < LETTERS && second < LETTERS ? first * LETTERS + second : PAIRS;
}

/*
 * Where the rows of each pair begin, and behind the last. Made out of the table
 * at the first question: a search by halves costs more than all that follows.
 */
static const uint16_t *
first_rows(void)
{
	static uint16_t first[PAIRS + 1];
	size_t pair = 0;
	size_t i;

	if (first[PAIRS] == ROWS) {
		return first;
	}
	for (i = 0; i < ROWS; i++) {
		while (pair <= pair_of(rows[i].word)) {
			first[pair++] = (uint16_t)i;
		}
	}
	while (pair <= PAIRS) {
		first[pair++] = ROWS;
	}
	return first;
}

/*
 * How well the row fits a word of the same first two letters: letters of its
 * stem; more than any for the whole word; 0: not at all.
 */
static size_t
fit(const char *word, const char *pattern)
{
	size_t i = 2;

	while (pattern[i] != '\0' && pattern[i] == word[i]) {
		i++;
	}
	if (pattern[i] == '*') {
		return i;
	}
	return pattern[i] == '\0' && word[i] == '\0' ? SIZE_MAX : 0;
}

/* Rows are sorted, so behind the first of these none fits. */
static bool
is_behind(const char *pattern, const char *word)
{
	return pattern[2] != '*' && (unsigned char)pattern[2] > (unsigned char)word[2];
}

static const struct lexicon_row *
best_row(const char *word)
{
	const struct lexicon_row *best = NULL;
	const uint16_t *first = first_rows();
	size_t pair = pair_of(word);
	size_t best_fit = 0;
	size_t i;

	if (pair == PAIRS) {
		return NULL;
	}
	for (i = first[pair]; i < first[pair + 1] && !is_behind(rows[i].word, word);
		i++) {
		size_t fits = fit(word, rows[i].word);

		if (fits > best_fit) {
			best_fit = fits;
			best = &rows[i];
		}
	}
	return best;
}

/* "ventuno", "trentotto", "quarantacinque"; 0: no such number. */
static uint32_t
compound(const char *word)
{
	size_t t;
	size_t u;

	for (t = 0; t < TENS; t++) {
		size_t bytes = strlen(tens[t].stem);

		if (strncmp(word, tens[t].stem, bytes) != 0) {
			continue;
		}
		/* Its last vowel is left out before "uno" and "otto". */
		if (word[bytes] == 'a' || word[bytes] == 'i') {
			bytes++;
		}
		for (u = 0; u < UNITS; u++) {
			if (strcmp(word + bytes, units[u]) == 0) {
				return tens[t].value + (uint32_t)u;
			}
		}
		return 0;
	}
	return 0;
}

/* The first two letters of all numbers from one up: most words are none. */
static bool
may_be_number(const char *word)
{
	static const char starts[] = "un du tr qu ci se ot no ce ve";
	size_t i;

	for (i = 0; i < sizeof(starts) - 1; i += 3) {
		if (word[0] == starts[i] && word[1] == starts[i + 1]) {
			return true;
		}
	}
	return false;
}

/* "cinquecento", "duemila", "centoventi"; 0: no such number. */
static uint32_t
italian_number(const char *word)
{
	uint32_t value = 0;
	size_t u;

	for (u = 2; u < UNITS; u++) {
		size_t bytes = strlen(units[u]);

		if (strncmp(word, units[u], bytes) != 0) {
			continue;
		}
		if (strcmp(word + bytes, "mila") == 0) {
			return (uint32_t)u * 1000;
		}
		if (strncmp(word + bytes, "cento", 5) == 0) {
			value = (uint32_t)u * 100;
			word += bytes + 5;
			break;
		}
	}
	if (value == 0 && strncmp(word, "cento", 5) == 0) {
		value = 100;
		word += 5;
	}
	if (word[0] == '\0') {
		return value;
	}
	for (u = 1; value != 0 && u < UNITS; u++) {
		if (strcmp(word, units[u]) == 0) {
			return value + (uint32_t)u;
		}
	}
	u = compound(word);
	return u == 0 ? 0 : value + (uint32_t)u;
}

static struct lexicon_word
weigh(struct lexicon_word found)
{
	if (found.kind == LEXICON_CONCEPT || found.kind == LEXICON_DENIED) {
		found.weight = concepts[found.value].weight;
		found.group = concepts[found.value].group;
		found.alarms = concepts[found.value].alarms;
	}
	return found;
}

struct lexicon_word
lexicon_find(const char *word)
{
	struct lexicon_word found = {.kind = LEXICON_UNKNOWN};
	const struct lexicon_row *row;

	if (word[0] == '\0' || word[1] == '\0') {
		/* What is left of "isn't", "l'acqua", "c'e'". */
		found.kind = word[0] == 't' ? LEXICON_DENIES : LEXICON_STOP;
		return found;
	}
	row = best_row(word);
	if (row == NULL) {
		found.value = may_be_number(word) ? italian_number(word) : 0;
		found.kind = found.value != 0 ? LEXICON_NUMBER : LEXICON_UNKNOWN;
		return found;
	}
	found.kind = (enum lexicon_kind)row->kind;
	found.value = row->value;
	return weigh(found);
}

struct lexicon_word lexicon_deny(struct lexicon_word concept)
{
	if (concept.value == CONCEPT_EXIT) {
		concept.value = CONCEPT_BLOCKED;
		return weigh(concept);
	}
	concept.kind = LEXICON_DENIED;
	return concept;
}

const struct lexicon_row *
lexicon_table(size_t *n)
{
	*n = ROWS;
	return rows;
}
