#include "api/event_title.h"

#include "domain/item_undo.h"

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
    } OWN[] = {{"overdue", "Overdue", "超期"}, {"recheck", "Re-check due", "回头看到期"},
        {"escalate", "Escalated", "升级"}, {"reveal", "Personal data revealed", "查看个人信息"},
        {"import", "Imported", "导入"}, {"attach", "File added", "添加附件"},
        {"settle", "Due times computed anew", "重算时限"},
        {"move_def", "Moved to another version", "更换流程版本"},
        {"close_merged", "Closed with its main item", "随主单办结"},
        {"joined", "Another item was merged into it", "有工单并入"},
        {"parted", "An item merged into it was taken out", "并入的工单撤出"},
        {"repoint", "Names the row it was merged into", "改指合并后的对象"},
        {"differs", "Called another thing", "标为不同的对象"},
        {"alike", "Called another thing no more", "取消不同的标记"},
        {"gathered", "Added to what gathers it", "归入"},
        {"released", "Taken out of what gathers it", "移出"},
        {"same", "Tied as the same matter", "关联同一事项"}, {"unsame", "Untied", "取消同一事项"},
        {"undo_import", "Import undone", "撤销导入"}, {ITEM_UNDO, "Taken back", "撤销"}};
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
