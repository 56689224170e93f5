// SPDX-License-Identifier: Apache-2.0
// Fields of AWS, Azure and Google Cloud audit logs.
#pragma once

#define SW_CLOUD_FIELDS(X)
