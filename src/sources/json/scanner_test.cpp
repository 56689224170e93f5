// SPDX-License-Identifier: Apache-2.0
#include "sources/json/scanner.h"

#include <gtest/gtest.h>
