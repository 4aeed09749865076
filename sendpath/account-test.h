/* Tries every door of an account and sends nothing. */
#pragma once

#include "sendpath/engine-call.h"
#include "sendpath/walk/plan.h"

G_BEGIN_DECLS

/* One JSON object (PRODUCT.md `account test`) for each door of the account's SMTP servers and of
 * its POP3 server, if it has one: (element-type utf8). @ret_ok: every server has one door that
 * works. */
GPtrArray *account_test_run (EngineCall *call, const PlanInput *input, gboolean *ret_ok);

G_END_DECLS
