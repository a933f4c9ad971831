#include "api/event_title.h"

#include "domain/event_name.h"

// "ask:extend": what was said of a step that is asked for.
static str said_title(const struct ctx *c, const struct def *d, str what)
{
    static const struct {
        const char *what, *en, *zh;
    } SAID[] = {{"ask", "Asked for: ", "申请"}, {"yes", "Agreed: ", "审核同意"},
        {"no", "Refused: ", "审核不同意"}, {"back", "Taken back: ", "撤回申请"},
        {"seen", "Refusal seen: ", "已知悉退回"}};
    str word;
    const struct def_step *s = str_cut(&what, ':', &word) ? def_step(d, what) : NULL;
    for (size_t i = 0; s && i < ARRAY_LEN(SAID); i++)
        if (str_eq(word, str_of(SAID[i].what)))
            return str_fmt(c->arena, "%s%.*s", c->lang == LANG_EN ? SAID[i].en : SAID[i].zh,
                STR_ARG(s->title));
    return (str){0};
}

str event_title(const struct ctx *c, const struct def *d, str what)
{
    static const struct {
        const char *what, *en, *zh;
    } OWN[] = {
#define X(what, en, zh) {what, en, zh},
        EVENT_NAMES(X)
#undef X
    };
    const struct def_step *s = def_step(d, what);
    if (s)
        return s->title;
    str said = said_title(c, d, what);
    if (said.n > 0)
        return said;
    if (d->lasting && str_eq(what, S("joined")))
        return c->lang == LANG_EN ? S("Another row was merged into it") : S("另一个对象合并进来");
    if (d->lasting && str_eq(what, S("parted")))
        return c->lang == LANG_EN ? S("A row merged into it was taken out") : S("合并来的对象分开");
    for (size_t i = 0; i < ARRAY_LEN(OWN); i++)
        if (str_eq(what, str_of(OWN[i].what)))
            return str_of(c->lang == LANG_EN ? OWN[i].en : OWN[i].zh);
    return what;
}
