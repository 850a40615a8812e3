// SPDX-License-Identifier: Apache-2.0
// The door of the room.
#pragma once
