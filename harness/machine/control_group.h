/*
 * control_group.h - the control groups that this process is in: a container sees its own as the root, a batch system or
 * systemd puts one below.
 */
#ifndef TERN_CONTROL_GROUP_H
#define TERN_CONTROL_GROUP_H

typedef void tern_control_group_visit(void *context, const char *folder);

/*
 * Visits the folders of version 1 and 2 in which the controller ("memory", "cpu") may have limits for this process:
 * from its own group up to the root. A folder need not exist: where the container hides what is above it, names are of
 * outside.
 */
void tern_control_group_walk(const char *controller, tern_control_group_visit *visit, void *context);

#endif
