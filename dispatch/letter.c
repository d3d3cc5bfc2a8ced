#include "dispatch/letter.h"

#include <stddef.h>

/* clang-format off */
/* U+0000 to U+007F. */
const char letter_ascii[128] = {
	['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
	['A'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
	'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
	['a'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
	'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
};
/* clang-format on */

/* U+00C0 to U+017F, and U+1E00 to U+1EFF; NUL is no letter. */
static const char latin[] =
	"aaaaaaaceeeeiiiidnooooo\0ouuuuytsaaaaaaaceeeeiiiidnooooo\0ouuuuyty"
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
	"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static const char latin_more[] =
	"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
	"mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
	"wwwwwwwwwwxxxxyyzzzzzzhtwyas\0\0s\0aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
	"eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy\0\0\0\0\0\0";

char
letter_plain(int32_t c)
{
	if (c >= 0 && c < 128) {
		return letter_ascii[c];
	}
	if (c >= 0xC0 && c <= 0x17F) {
		return latin[c - 0xC0];
	}
	if (c >= 0x218 && c <= 0x21B) { /* Romanian, with a comma below */
		return c < 0x21A ? 's' : 't';
	}
	if (c >= 0x1E00 && c <= 0x1EFF) {
		return latin_more[c - 0x1E00];
	}
	return 0;
}

bool
letter_is_mark(int32_t c)
{
	return c >= 0x300 && c <= 0x36F;
}
