/* Tries every door of an account and sends nothing. */
#pragma once

#include "sendpath/engine-call.h"
#include "sendpath/walk/plan.h"

G_BEGIN_DECLS

/* One JSON object (PRODUCT.md `account test`) per endpoint of @routes and per POP3 endpoint: (element-type utf8).
 * @ret_ok: every server has one endpoint that works. */
GPtrArray *account_test_run (EngineCall *call, const PlanInput *input, GPtrArray *routes,
                             gboolean *ret_ok);

G_END_DECLS
