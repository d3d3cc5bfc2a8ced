#include "server/drill_words.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
static const struct drill_line hard[] = {
	{"collapse", "trapped", "one", "È venuto giù il tetto della casa di fronte in {via}, c’è un uomo sotto, lo sentiamo"},
	{"collapse", "trapped injured", "two_to_five", "Casa crollata in {via}. Dentro ci sono due persone anziane, una risponde e dice che ha la gamba bloccata"},
	{"collapse", "trapped", "two_to_five", "La porta non si apre più, siamo bloccati al {piano}, le scale sono crollate. {via}"},
	{"collapse", "", "none", "Crollata la facciata della chiesa sulla piazza, per fortuna non c’era nessuno"},
	{"collapse", "injured", "one", "Crollo in {via}, una signora ferita alla testa, è cosciente ma perde sangue"},
	{"collapse", "way_out_blocked", "two_to_five", "Le macerie chiudono {via}, di qua siamo in quattro famiglie e non possiamo uscire con le macchine"},
	{"quake_damage", "injured", "one", "Mio padre è caduto scappando, non riesce a muovere il braccio. Siamo in strada in {via}"},
	{"quake_damage", "vulnerable", "one", "Mia madre ha 88 anni, è al {piano} e non scende da sola, il muro della scala è aperto. {via}"},
	{"quake_damage", "", "two_to_five", "Crepe grandi in tutte le stanze, siamo fuori e non rientriamo. {via}, {paese}"},
	{"quake_damage", "", "none", "Il campanile è inclinato, non fate passare nessuno sotto. {paese} centro"},
	{"quake_damage", "needs", "more", "Siamo una trentina nel campo sportivo, ci sono bambini piccoli, servono coperte e acqua"},
	{"quake_damage", "", "", "Caduti i comignoli e mezzo cornicione in {via}, macchine schiacciate"},
	{"quake_damage", "vulnerable", "two_to_five", "In {via} abita una coppia con un figlio in carrozzina, non li abbiamo ancora visti uscire"},
	{"quake_damage", "danger_rising", "two_to_five", "Il muro portante si sta aprendo, la crepa si allarga mentre guardiamo. {via}"},
	{"quake_damage", "", "one", "Casa inagibile in {via}, io sto bene, sono in macchina"},
	{"collapse", "", "", "Crollata la stalla sotto {via}, nessuno dentro, le bestie sì"},
	{"quake_damage", "", "more", "La casa di riposo ha crepe al {piano}, stiamo portando gli ospiti in giardino, ci serve una mano"},
	{"collapse", "injured", "two_to_five", "Soffitto caduto in cucina, mio fratello ha un taglio profondo, siamo riusciti a uscire. {via}"},
};

static const struct drill_line middle[] = {
	{"quake_damage", "", "two_to_five", "Crepe sui muri e calcinacci per le scale, siamo scesi tutti. {via}"},
	{"quake_damage", "", "", "Sono caduti dei pezzi di cornicione sul marciapiede in {via}"},
	{"quake_damage", "", "two_to_five", "Nel palazzo di {via} si è staccato l’intonaco in tutto l’androne, la gente dorme in macchina"},
	{"quake_damage", "vulnerable", "one", "La vicina del {piano} è anziana e sola, ha paura e non apre. {via}"},
	{"quake_damage", "", "", "Una crepa verticale dal tetto a terra, prima non c’era. {via}"},
	{"quake_damage", "", "", "Tegole a terra e un’antenna pericolante in {via}"},
	{"quake_damage", "", "one", "Ascensore bloccato, dentro non c’è nessuno, abbiamo controllato. {via}"},
	{"quake_damage", "needs", "more", "Siamo tanti in piazza, fa freddo, qualcuno sa dov’è l’area di attesa?"},
	{"quake_damage", "injured", "one", "Un ragazzo si è fatto male alla caviglia scendendo di corsa, non è grave. {via}"},
	{"quake_damage", "", "", "Caduto il muro di cinta della scuola, lato {via}"},
	{"other", "needs", "two_to_five", "Possiamo rientrare in casa o no? Abbiamo due bambini piccoli, siamo in {via}"},
	{"quake_damage", "trapped", "one", "Sono chiuso nell’ascensore in {via}, {piano}, la luce va e viene"},
	{"quake_damage", "", "", "Vetri rotti e scaffali a terra nel supermercato di {via}, già chiuso"},
	{"quake_damage", "", "none", "Il portone di {via} non si apre più, siamo usciti dal garage, dentro non è rimasto nessuno"},
	{"quake_damage", "", "two_to_five", "Si è aperta una fessura tra il nostro palazzo e quello accanto, in {via}"},
};

static const struct drill_line light[] = {
	{"other", "", "", "Sentita fortissima anche qui a {paese}, nessun danno"},
	{"other", "", "", "Scossa lunga, lampadari che ballavano, stiamo tutti bene"},
	{"other", "", "two_to_five", "Siamo scesi in strada, tutto il palazzo. Danni non ne vediamo. {via}"},
	{"quake_damage", "", "", "Piccole crepe nell’intonaco, non so se preoccuparmi. {via}, {paese}"},
	{"other", "needs", "", "Non riesco a chiamare i miei verso L’Aquila, le linee sono occupate"},
	{"other", "", "", "Qui a {paese} tutto tranquillo, solo tanta paura"},
	{"quake_damage", "", "", "Caduta una tegola sul balcone, nient’altro. {via}"},
	{"other", "", "", "Ho sentito un boato e poi la scossa. Dove è stata?"},
	{"other", "", "more", "Abbiamo posto per ospitare una famiglia, siamo a {paese}"},
};

static const struct drill_line again[] = {
	{"quake_damage", "", "", "Un’altra scossa adesso! Sono cadute altre tegole in {via}"},
	{"quake_damage", "danger_rising", "two_to_five", "Con quest’ultima scossa la crepa si è allargata molto, il muro si muove. {via}"},
	{"collapse", "", "none", "La casa già lesionata in {via} adesso è crollata, era vuota"},
	{"collapse", "injured", "one", "È crollato un balcone con la replica, c’è un ferito in {via}"},
	{"quake_damage", "", "more", "Eravamo rientrati a prendere le coperte e ha tremato di nuovo, siamo fuori tutti. {via}"},
	{"quake_damage", "vulnerable", "one", "Dopo questa scossa mio nonno non vuole più camminare, è sotto choc, siamo in {via}"},
	{"quake_damage", "", "", "Ha tremato ancora, forte. Qui a {paese} è andata via anche la luce"},
	{"collapse", "way_out_blocked", "two_to_five", "La replica ha fatto cadere il muro sulla strada, ora {via} è chiusa"},
	{"quake_damage", "", "two_to_five", "Seconda scossa: caduto il controsoffitto, eravamo già fuori. {via}"},
	{"quake_damage", "", "", "Nuova scossa, caduti altri calcinacci dal campanile di {paese}"},
	{"other", "needs", "more", "Dopo la replica siamo ancora di più nel campo, mancano coperte e bagni"},
	{"quake_damage", "trapped", "one", "Con la replica si è bloccata la porta, sono al {piano} di {via}, sto bene ma non esco"},
};

static const struct drill_line gas[] = {
	{"gas_leak", "danger_rising", "more", "Fortissimo odore di gas nell’androne di {via}, abbiamo fatto uscire tutti"},
	{"gas_leak", "", "two_to_five", "Si sente puzza di gas davanti al civico, {via}. Non abbiamo trovato il rubinetto"},
	{"gas_leak", "danger_rising", "", "Tubo del gas rotto, si sente fischiare, {via}"},
	{"gas_leak", "", "none", "Odore di gas vicino alla cabina in {via}, nessuno in casa"},
	{"gas_leak", "vulnerable", "one", "C’è odore di gas e il signore del {piano} non sente il campanello, è sordo. {via}"},
};

static const struct drill_line fire[] = {
	{"fire", "danger_rising", "two_to_five", "Incendio in una casa in {via}, è partito dal camino caduto, le fiamme arrivano al tetto"},
	{"fire", "danger_rising", "", "Fumo nero dal {piano} in {via}, adesso si vedono le fiamme"},
	{"fire", "danger_rising injured", "one", "La casa in {via} brucia, un uomo si è ustionato le mani per uscire"},
	{"fire", "", "none", "Brucia un fienile dietro {via}, a {paese}, vicino non c’è nessuno"},
};

static const struct drill_line utility[] = {
	{"utility_out", "", "", "Manca la corrente in tutta {via} dalla scossa"},
	{"utility_out", "", "", "Senz’acqua in tutto il paese, {paese}"},
	{"utility_out", "vulnerable", "one", "Senza corrente, mio marito è attaccato al concentratore di ossigeno, la batteria dura due ore. {via}"},
	{"utility_out", "", "", "Un palo della luce è caduto sulla strada in {via}, i cavi sono a terra"},
	{"utility_out", "", "", "Telefoni fissi muti a {paese}, il cellulare prende solo in piazza"},
	{"utility_out", "", "", "Tubo dell’acqua scoppiato in {via}, l’acqua scende per la strada"},
};

static const struct drill_line health[] = {
	{"medical", "vulnerable", "one", "Mia figlia è al nono mese e ha le contrazioni, siamo in macchina in {via}"},
	{"medical", "injured", "one", "Dolore forte al petto, uomo di 61 anni, siamo in strada in {via}"},
	{"medical", "vulnerable needs", "one", "L’insulina è rimasta in casa e non possiamo rientrare, ha 9 anni. {via}"},
	{"medical", "vulnerable", "one", "Dializzato, deve fare la seduta stamattina, come facciamo? {paese}"},
	{"medical", "injured", "two_to_five", "Due persone con ferite da vetro, le teniamo ferme noi, {via}"},
	{"medical", "unresponsive", "one", "Una signora è svenuta nel parcheggio di {via} e non si sveglia"},
};

static const struct drill_line missing[] = {
	{"missing_person", "vulnerable", "one", "Non troviamo più mio padre, ha l’Alzheimer, è uscito durante la scossa. {via}"},
	{"missing_person", "", "one", "Mio fratello era andato a piedi verso la montagna sopra {paese}, il telefono squilla e non risponde"},
	{"missing_person", "vulnerable", "one", "Un bambino di 6 anni si è allontanato nella confusione in {via}, giacca rossa"},
};

static const struct drill_line road[] = {
	{"road_blocked", "way_out_blocked", "", "Frana sulla statale sotto {paese}, non si passa in nessuna direzione"},
	{"road_blocked", "", "", "Il ponticello prima di {paese} ha un gradino di mezzo metro, le macchine tornano indietro"},
	{"road_blocked", "", "", "Massi sulla provinciale verso {paese}, passa una macchina alla volta"},
};

static const struct drill_line hospital[] = {
	{"road_blocked", "way_out_blocked", "more", "La strada dell’ospedale San Salvatore è bloccata, un muro è caduto sulla carreggiata, le ambulanze sono ferme in coda"},
	{"road_blocked", "way_out_blocked", "", "Davanti all’ospedale a Coppito non si passa, c’è un muro a terra e una fila di ambulanze"},
	{"road_blocked", "way_out_blocked", "", "Ambulanza ferma sulla salita dell’ospedale, strada chiusa da un crollo. Da dietro si passa?"},
	{"road_blocked", "", "", "Non venite all’ospedale dalla rotonda, la strada è ostruita, usate l’ingresso dal lato università"},
	{"road_blocked", "way_out_blocked injured", "one", "Porto un ferito al San Salvatore e sono fermo, la strada è bloccata dalle macerie"},
};

static const struct drill_line rescued[] = {
	{"", "", "", "Aggiorno: ora siamo fuori tutti, stiamo bene. Non serve più nessuno per noi"},
	{"", "", "", "Adesso siamo fuori, ci hanno aiutato i vicini"},
	{"", "injured", "one", "Siamo usciti. Mia moglie ha bisogno di un medico per il polso, ma non è urgente"},
	{"", "", "", "È uscito anche mio padre, siamo tutti in piazza"},
	{"", "", "", "Tutto a posto, la signora l’abbiamo portata giù noi"},
};

static const struct drill_line names[] = {
	{"quake_damage", "", "two_to_five", "Casa lesionata, siamo fuori in cinque"},
	{"collapse", "trapped", "one", "Un uomo è rimasto sotto il solaio della cantina, parla ma non riusciamo a tirarlo fuori"},
	{"quake_damage", "vulnerable", "one", "Mia zia non risponde al citofono, ha 90 anni"},
	{"gas_leak", "", "", "Si sente gas per tutta la via"},
	{"utility_out", "", "", "Siamo al buio da quando c’è stata la scossa"},
	{"road_blocked", "way_out_blocked", "", "La strada per scendere è chiusa dai sassi"},
	{"quake_damage", "injured", "one", "Ferito al piede, ci siamo arrangiati ma serve un medico"},
	{"quake_damage", "", "", "Il muro della chiesetta è aperto, non fate entrare nessuno"},
};

static const char *const names_places[] = {
	"contrada Fontanelle, la casa gialla dopo il fontanile, San Pio delle Camere",
	"vicino al forno vecchio, Prata d’Ansidonia",
	"via sotto la chiesa di San Nicola, Ocre",
	"zona stazione, San Demetrio",
	"Castelnuovo, la parte alta",
	"la strada tra Fossa e il castello, terza curva",
	"podere sotto il lago Sinizzo",
	"chiesetta della Madonna, bivio per Fagnano",
};

static const struct drill_line nowhere[] = {
	{"collapse", "trapped", "one", "aiuto sono sotto il tavolo non si apre niente"},
	{"other", "", "", "Ha tremato tutto, cosa dobbiamo fare?"},
	{"quake_damage", "injured", "one", "Siamo feriti mandate qualcuno fate presto"},
	{"other", "needs", "", "Dove si trova il punto di raccolta più vicino"},
};

static const struct drill_line rough[] = {
	{"quake_damage", "", "two_to_five", "Siamo in campagna, casa lesionata, il telefono non prende bene la posizione"},
	{"quake_damage", "injured", "one", "Sono caduto dalle scale, credo di avere una costola rotta"},
	{"utility_out", "", "", "Niente luce e niente acqua da noi"},
	{"quake_damage", "vulnerable", "two_to_five", "Siamo in macchina con mia nonna, la casa non è sicura"},
	{"other", "", "", "Scossa fortissima, stiamo scendendo verso il paese"},
};

static const struct drill_line pile[] = {
	{"quake_damage", "", "", "Casa lesionata a {paese}"},
	{"collapse", "", "", "Crollo in paese, {paese}"},
	{"quake_damage", "vulnerable", "one", "Anziana sola da controllare, {paese}, vicino alla fontana"},
	{"utility_out", "", "", "Tutta {paese} senza luce"},
	{"quake_damage", "injured", "one", "Un ferito a {paese}, cammina"},
	{"quake_damage", "", "two_to_five", "Siamo nel parcheggio, {paese}, case non agibili"},
};

/* In the order they come in; people and signs grow as more is known. */
static const struct drill_line block[] = {
	{"collapse", "trapped", "more", "È crollata la palazzina di via delle Vigne a Poggio Picenze, tre piani, c’erano famiglie dentro"},
	{"collapse", "trapped", "more", "La palazzina di via delle Vigne non c’è più, è rimasto in piedi solo il lato delle scale"},
	{"collapse", "trapped injured", "two_to_five", "Sono dentro, primo piano lato strada, ho una trave sulle gambe, via delle Vigne"},
	{"collapse", "trapped", "more", "Via delle Vigne, la palazzina bianca è venuta giù, si sentono voci da sotto"},
	{"collapse", "trapped unresponsive", "more", "Mio cognato abita in via delle Vigne, terzo piano, il palazzo è crollato e lui non risponde"},
	{"collapse", "trapped", "two_to_five", "Siamo in tre sotto, nella camera in fondo, non vediamo niente, c’è polvere. Palazzina via delle Vigne"},
	{"collapse", "trapped danger_rising", "more", "Quello che è rimasto della palazzina si muove ancora, cadono pezzi. C’è gente sotto. Via delle Vigne"},
	{"collapse", "trapped vulnerable", "more", "Al piano terra della palazzina di via delle Vigne abitano due anziani, lei è allettata. Da lì non si sente niente"},
	{"collapse", "trapped injured", "two_to_five", "Abbiamo tirato fuori un ragazzo dalla palazzina, ha la gamba rotta. Dentro ce ne sono altri. Via delle Vigne"},
	{"collapse", "trapped unresponsive danger_rising", "more", "Prima una voce rispondeva e adesso non risponde più. Via delle Vigne, fate presto, il muro scende"},
	{"collapse", "trapped", "more", "Scaviamo con le mani in via delle Vigne, servono mezzi e gente, contiamo almeno sette persone che mancano"},
	{"collapse", "trapped danger_rising", "more", "Adesso si sente anche odore di gas dalla palazzina crollata di via delle Vigne"},
	{"collapse", "trapped", "one", "Mia sorella mi ha scritto da sotto: è viva, bagno del secondo piano, ha poca batteria. Via delle Vigne"},
	{"collapse", "trapped unresponsive", "more", "Battiamo sui tubi e da un lato non risponde nessuno. Palazzina via delle Vigne, Poggio Picenze"},
	{"collapse", "trapped injured danger_rising", "more", "Con la replica è caduto anche il lato delle scale della palazzina, un soccorritore del paese si è fatto male"},
	{"collapse", "trapped vulnerable danger_rising", "more", "In via delle Vigne c’è un neonato al secondo piano, si sentiva piangere fino a poco fa"},
};

static const struct drill_line hoax[] = {
	{"flood", "danger_rising", "more", "ATTENZIONE la diga di Campotosto sta cedendo, me l’ha detto uno che ci lavora, scappate tutti"},
	{"flood", "trapped danger_rising", "more", "La diga di Campotosto è crollata, l’acqua arriva tra mezz’ora a Montorio, girate a tutti"},
	{"other", "", "more", "Tra due ore ne arriva una più forte, l’hanno calcolato, non lo dicono per non creare panico"},
};

static const struct drill_line chain[] = {
	{"other", "needs", "more", "Servono urgentemente volontari con pale e guanti al campo sportivo di San Demetrio, girate a tutti i contatti"},
};

static const struct drill_line english[] = {
	{"quake_damage", "", "two_to_five", "We are students, our flat has big cracks and we are outside in {via}. We don't know where to go"},
	{"quake_damage", "trapped", "one", "The door is jammed, I am on the {floor} in {via} and cannot get out. I am not hurt"},
	{"medical", "injured", "one", "My friend hit her head and is dizzy, we are near {via}"},
	{"gas_leak", "", "", "Strong smell of gas in the stairwell, {via}"},
	{"other", "needs", "", "Is there an information point in English? We are tourists, our hotel is closed, {paese}"},
};

static const struct drill_line romanian[] = {
	{"quake_damage", "vulnerable", "one", "Lucrez ca badantă la o doamnă de 91 de ani, peretele a crăpat și nu pot să o cobor singură. {via}"},
	{"collapse", "trapped", "one", "A căzut tavanul peste un coleg, e prins de picior, suntem pe șantier lângă {via}"},
	{"quake_damage", "", "two_to_five", "Casa are crăpături mari, suntem afară cu copiii, {via}"},
	{"utility_out", "", "", "Nu avem curent și nici apă de la cutremur, {paese}"},
	{"medical", "injured", "one", "Soțul meu s-a tăiat adânc la mână, avem nevoie de un medic, {via}"},
};

static const struct drill_line albanian[] = {
	{"quake_damage", "", "two_to_five", "Shtëpia ka të çara të mëdha, jemi jashtë me fëmijët, {via}"},
	{"collapse", "trapped", "one", "Ka rënë muri i stallës dhe një burrë është poshtë, përgjigjet por nuk lëviz dot. {paese}"},
	{"quake_damage", "injured", "one", "Babai im është plagosur në këmbë, nuk ecën dot, jemi në {via}"},
	{"gas_leak", "", "", "Vjen erë gazi e fortë në pallat, {via}"},
	{"other", "needs", "more", "Jemi katër familje në fushën e sportit, na duhen batanije për fëmijët"},
};

static const struct drill_line dialect[] = {
	{"quake_damage", "", "two_to_five", "Ecco a {paese} s’è rotta tutta la casa, stemo fòre co’ li fiji, fa freddo"},
	{"collapse", "trapped", "one", "È cascata la casa de zi’ Pietro, sta sotto, parla ma non se move. {via}"},
	{"quake_damage", "vulnerable", "one", "Mamma non ce la fa a scenne le scale e lo muro s’è ’operto, venete. {via}"},
	{"utility_out", "", "", "Non ce sta né luce né acqua, ecco a {paese} è tutto scuro"},
	{"quake_damage", "", "", "So’ cascati li camini e la croce della chiesa, stete attenti in {via}"},
};
/* clang-format on */

#define ROW(mood, lines) [mood] = {COUNT(lines), lines}

static const struct drill_lines moods[DRILL_MOODS] = {
	ROW(DRILL_HARD, hard),
	ROW(DRILL_MIDDLE, middle),
	ROW(DRILL_LIGHT, light),
	ROW(DRILL_AGAIN, again),
	ROW(DRILL_GAS, gas),
	ROW(DRILL_FIRE, fire),
	ROW(DRILL_UTILITY, utility),
	ROW(DRILL_HEALTH, health),
	ROW(DRILL_MISSING, missing),
	ROW(DRILL_ROAD, road),
	ROW(DRILL_HOSPITAL, hospital),
	ROW(DRILL_OUT, rescued),
	ROW(DRILL_NAMES, names),
	ROW(DRILL_NOWHERE, nowhere),
	ROW(DRILL_ROUGH, rough),
	ROW(DRILL_PILE, pile),
	ROW(DRILL_BLOCK, block),
	ROW(DRILL_HOAX, hoax),
	ROW(DRILL_CHAIN, chain),
	ROW(DRILL_ENGLISH, english),
	ROW(DRILL_ROMANIAN, romanian),
	ROW(DRILL_ALBANIAN, albanian),
	ROW(DRILL_DIALECT, dialect),
};

struct drill_lines
drill_words(enum drill_mood mood)
{
	return moods[mood];
}

const char *
drill_words_place(size_t line)
{
	return names_places[line % COUNT(names_places)];
}

/* ---- slots */

static const char *const streets[] = {"via Roma", "via del Colle", "via della Fonte",
	"via San Rocco", "via dei Mulini", "via Garibaldi", "via Umberto I",
	"via del Forno", "via Santa Maria", "via delle Aie", "via del Castello",
	"via degli Orti", "via IV Novembre", "via Mazzini", "via della Chiesa",
	"via Piedi la Terra", "via dei Peligni", "via Sant’Antonio"};

static const char *const floors[] = {
	"primo piano", "secondo piano", "terzo piano", "piano terra"};

static const char *const floors_en[] = {
	"first floor", "second floor", "third floor", "ground floor"};

static void
put(char *out, size_t out_bytes, size_t *at, const char *text)
{
	size_t n = strlen(text);

	if (*at + n < out_bytes) {
		memcpy(out + *at, text, n);
		*at += n;
	}
}

static void
put_street(struct drill_dice *d, char *out, size_t out_bytes, size_t *at)
{
	char number[8];

	put(out, out_bytes, at, streets[drill_dice_below(d, COUNT(streets))]);
	(void)snprintf(
		number, sizeof(number), " %d", (int)drill_dice_between(d, 1, 48));
	put(out, out_bytes, at, number);
}

void
drill_words_fill(struct drill_dice *d, const char *line, const char *town, char *out,
	size_t out_bytes)
{
	size_t at = 0;

	while (*line != '\0') {
		char one[2] = {*line, '\0'};

		if (strncmp(line, "{via}", 5) == 0) {
			put_street(d, out, out_bytes, &at);
			line += 5;
		} else if (strncmp(line, "{piano}", 7) == 0) {
			put(out, out_bytes, &at,
				floors[drill_dice_below(d, COUNT(floors))]);
			line += 7;
		} else if (strncmp(line, "{floor}", 7) == 0) {
			put(out, out_bytes, &at,
				floors_en[drill_dice_below(d, COUNT(floors_en))]);
			line += 7;
		} else if (strncmp(line, "{paese}", 7) == 0) {
			put(out, out_bytes, &at, town);
			line += 7;
		} else {
			put(out, out_bytes, &at, one);
			line++;
		}
	}
	out[at] = '\0';
}
