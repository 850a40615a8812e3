// SPDX-License-Identifier: Apache-2.0
// For the end of each operation's file: TRAIN_FOR_BOTH(X) with a macro X(M, V) that names its functions.
#pragma once

#define TRAIN_FOR_BOTH(X) X(FloatMath, float) X(DoubleMath, double)
