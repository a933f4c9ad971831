// What the system calls its own events of an item, beside the steps of the item's loop: no step may
// have such a key, or a history could not tell one from the other.
#ifndef BH_DOMAIN_EVENT_NAME_H
#define BH_DOMAIN_EVENT_NAME_H

#define EVENT_RECHECK "recheck_due"

// X(name, English title, Chinese title)
#define EVENT_NAMES(X)                                                                             \
    X("overdue", "Overdue", "超期")                                                                \
    X(EVENT_RECHECK, "Re-check due", "回头看到期")                                                 \
    X("escalate", "Escalated", "升级")                                                             \
    X("reveal", "Personal data revealed", "查看个人信息")                                          \
    X("import", "Imported", "导入")                                                                \
    X("attach", "File added", "添加附件")                                                          \
    X("keydate", "Key dates", "重要节点")                                                          \
    X("settle", "Due times computed anew", "重算时限")                                             \
    X("move_def", "Moved to another version", "更换流程版本")                                      \
    X("close_merged", "Closed with its main item", "随主单办结")                                   \
    X("joined", "Another item was merged into it", "有工单并入")                                   \
    X("parted", "An item merged into it was taken out", "并入的工单撤出")                          \
    X("repoint", "Names the row it was merged into", "改指合并后的对象")                           \
    X("differs", "Called another thing", "标为不同的对象")                                         \
    X("alike", "Called another thing no more", "取消不同的标记")                                   \
    X("gathered", "Added to what gathers it", "归入")                                              \
    X("released", "Taken out of what gathers it", "移出")                                          \
    X("same", "Tied as the same matter", "关联同一事项")                                           \
    X("unsame", "Untied", "取消同一事项")                                                          \
    X("undo_import", "Import undone", "撤销导入")                                                  \
    X("undo", "Taken back", "撤销")

#endif
