/*
 * client_keys - private keys as openssl writes them, made for the tests alone
 */
#ifndef TESTS_CLIENT_KEYS_H
#define TESTS_CLIENT_KEYS_H

static const char ec_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXK+wLBYsGqW407gx\n"
	"1gupmSAFyMopRY1HGrUrqXYFE3OhRANCAAQsKJVLKCRV/taT5smXFlQkbJ6g0xfy\n"
	"vItQdaMAg0719zIu0Dd63KhOCY0XLEStKNLFCUWy2EWRdcDvOL0rZd/v\n"
	"-----END PRIVATE KEY-----\n";

static const char rsa_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCcUvSEl//g9zT9\n"
	"p0nuiks/jbcBrZwL8rrGllcqRbe7pAb3Z1IH9GKMtA3otv/kwJU+9tG6oJNkTqJA\n"
	"Dank54OBmMipmc3LB263JLj+64YmbY+gdwntF0mZwb4t/GrGmoi69C/d6S3R9x7K\n"
	"ZvZKxDXPCOq4ZxfX1U0/hetJmsHCZbDmDaNqOGDtUQ5qxn/7SzJ+D5cnB5pd40hs\n"
	"5PVgA9Uxls7WsPzZE30PGoc4c7q/i4AajqRLxW5IAydthX5TmAfDph0SxkkM4TDU\n"
	"vGjP/s8wcnhEEMaFemTqp1pN7ZhPn6uICgCmMMUcN5ui6bx9r8KpQBr3lfGZc5yj\n"
	"cVeuf2oNAgMBAAECggEAAU8tjzjRsE46+beW4UJCsB83JAGNwlK0r0U7lT1h5lHV\n"
	"yLemOLgG1pYyobPJmbIhTxtyJnAkcDJFQLwMj/r+f3TbzxXXcbMELe6zcPV0YzQL\n"
	"56loMPjrK9W4BbqeAwTdIkTNHSPylOTnuF1ghHE3dIrTNiToScYMrLeWI0WfwywZ\n"
	"ofMNi9FFj4Sb1SZ/h9GICKGwuBRU7uBnWwmdoeNgURUwfjHJdD24AfFmprpVsVR2\n"
	"IFBrDG0gI4uVHOAC61xR+bnlrkOU4weQ4iczQeEguTckMGqUqy8iXTyGIPgxqB7q\n"
	"GBjVHDswHuORkZUbUTKeHNXY8prokH06k0V3uSyJkQKBgQDMhk2oqKl3o9SYy60Z\n"
	"H+Z5biqHwWIHjUYt/GL55wFakmw5cq5u1RSxxTRb68NaYnWngLeU2w/6S5LUJXb1\n"
	"/3/KKDNOL8aOcdZX16j2urc2M+DWIoXbYnpTV0wd7DJhzA1wtw1zR8HGmHVWGlNc\n"
	"7Gkj+cJbJPn/l4XJItrv6dEK/QKBgQDDqwwVOJbMSjkudTHSDKYYNYpdQYzQPE7S\n"
	"ZICzg1+tnHtU0t6wxB5kaVLx9Hfa/ZxrGK0D6DOI5MrIr8KkyKaVCFiChZmMIXIe\n"
	"2lzzrIEjmkmjs1mjs4cZpSrCSCmv5WXgedxbE8xwUkUO7E2FTR/fdECMQ7h32otT\n"
	"iJqIlRGwUQKBgHDbDxEo+FJHObGSehKqEqAg1SER6YjnQLlxUiA5gvq6XzOX/36y\n"
	"33d0rP6n6qT+PZPPJ/3gn0Fq4Dtl7O2zLY2cfyr+m97QHAlevCJhR2WGXONsK1ay\n"
	"UXOZcSv1wJtMYII40BgzmU5/pAd+AU/+N8odMEzg635I2w7wx8Sozav1AoGANFsQ\n"
	"YJ1DvGYf5s51Bj9cMh4hZ9KiWxXIAYPi7CW69DlqxselzqarezKzfwprB63UrNNt\n"
	"eB4pq/eMSya8bltCN56EEGivLU/FuXu0Y39FDsG58pOK6MKg47vONS4Z+XboS6hP\n"
	"zg7+JQ/eap/QHlsErEXu/5kfQvK3VSK4NtOsaAECgYAh5Ydi1Z2A/ovGOr4eeL8c\n"
	"90XD8u+hZS4VIY5tfaY8JQHU5LAHMqnm3ZuZJ6Kb5HOL12i1XSHPKKebDRo5AzlC\n"
	"JL1XcbhtaQSJ2U8dFRcypPKY7G/7BSaattIsqCGwRg9CCzaL3P/7fYeDQREGGhkp\n"
	"jLOtiz9TsKIBbUGlUQblTQ==\n"
	"-----END PRIVATE KEY-----\n";

#endif
