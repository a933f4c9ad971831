// What says who somebody is: how it is written, how it is kept, what is shown of it.
#include "../base/unit.h"
#include "base/buf.h"
#include "domain/mask.h"
#include "domain/personal.h"

struct given {
    const char *given, *kept; // NULL: refused
};

static void phones(void **state)
{
    static const struct given rows[] = {{"13812346612", "13812346612"},
        {" +86 138-1234-6612 ", "13812346612"}, {"0086 13812346612", "13812346612"},
        {"8613812346612", "13812346612"}, {"１３８１２３４６６１２", "13812346612"},
        {"(021) 6234-1234", "02162341234"}, {"0574-6234123", "05746234123"},
        {"62341234", "62341234"}, {"12345", "12345"}, {"110", "110"}, {"962121", "962121"},
        {"400-820-1234", "4008201234"}, {"00012345678", "00012345678"}, {"12812346612", NULL},
        {"1381234661", NULL}, {"138123466121", NULL}, {"1234567", NULL}, {"9", NULL}, {"", NULL},
        {"138****6612", NULL}, {"62341234转8", NULL}, {"86+13812346612", NULL},
        {"0123456789012", NULL}};
    struct arena *a = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        str kept = S("");
        bool ok = personal_phone(a, str_of(rows[i].given), &kept);
        assert_int_equal(ok, rows[i].kept != NULL);
        assert_str(kept, rows[i].kept ? rows[i].kept : "");
    }
}

// [GB 11643-1999, Annex: 11010519491231002X and 440524188001010014]
static void identity_numbers(void **state)
{
    static const struct given rows[] = {{"11010519491231002X", "11010519491231002X"},
        {"11010519491231002x", "11010519491231002X"}, {"440524188001010014", "440524188001010014"},
        {"110105 19491231 002X", "11010519491231002X"}, {"110105194912310021", NULL},
        {"11010519491231002", NULL}, {"1101051949123100XX", NULL}, {"X1010519491231002X", NULL},
        {"", NULL}, {"110105194912310O2X", NULL}};
    struct arena *a = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        str kept = S("");
        assert_int_equal(personal_idno(a, str_of(rows[i].given), &kept), rows[i].kept != NULL);
        assert_str(kept, rows[i].kept ? rows[i].kept : "");
    }
}

// Any other last character, and any other single digit, is refused: that is what it is for.
static void one_wrong_digit_is_found(void **state)
{
    struct arena *a = *state;
    static const char right[] = "440524188001010014";
    for (size_t at = 0; at < sizeof(right) - 1; at++)
        for (int digit = 0; digit <= 9; digit++) {
            char x = (char)('0' + digit);
            char one[sizeof(right)];
            str kept;
            memcpy(one, right, sizeof(right));
            one[at] = x;
            assert_int_equal(personal_idno(a, str_of(one), &kept), x == right[at]);
        }
}

static void a_day_that_is_none_is_refused(void **state)
{
    struct arena *a = *state;
    char one[] = "110105194913310020"; // a thirteenth month
    str kept;
    for (const char *x = "0123456789X"; *x; x++) {
        one[17] = *x;
        assert_false(personal_idno(a, str_of(one), &kept));
    }
}

static void names(void **state)
{
    struct arena *a = *state;
    str kept;
    assert_true(personal_name(a, S(" 欧阳明德　"), &kept));
    assert_str(kept, "欧阳明德");
    assert_true(personal_name(a, S("买买提·吐尔逊"), &kept));
    assert_true(personal_name(a, S("O'Neil, Mary-Ann"), &kept));
    assert_true(personal_name(a, S("王先生（演示）"), &kept));
    static const char *const no[] = {"", " ", "·", "欧**", "张3", "a@b", "\xff", "张\n三"};
    for (size_t i = 0; i < ARRAY_LEN(no); i++)
        assert_false(personal_name(a, str_of(no[i]), &kept));
    struct buf b;
    buf_init(&b, a, KIB);
    for (int i = 0; i <= PERSONAL_NAME_MAX; i++)
        buf_add(&b, S("张"));
    assert_false(personal_name(a, buf_str(&b), &kept));
    assert_true(personal_name(a, str_sub(buf_str(&b), 3, b.n), &kept));
}

static void masks(void **state)
{
    struct arena *a = *state;
    assert_str(mask_phone(a, S("13812346612")), "138****6612");
    assert_str(mask_phone(a, S("02162341234")), "021****1234");
    assert_str(mask_phone(a, S("62341234")), "623****34");
    assert_str(mask_phone(a, S("12345")), "****45");
    assert_str(mask_phone(a, S("")), "");
    assert_str(mask_name(a, S("欧阳明德")), "欧**");
    assert_str(mask_name(a, S("王明")), "王*");
    assert_str(mask_name(a, S("")), "");
    assert_str(mask_idno(a, S("11010519491231002X")), "110****2X");
    assert_str(mask_idno(a, S("110")), "****");
    assert_str(mask_idno(a, S("")), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(phones),
        UNIT(identity_numbers),
        UNIT(one_wrong_digit_is_found),
        UNIT(a_day_that_is_none_is_refused),
        UNIT(names),
        UNIT(masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
