// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace capy {

std::string fixed(double value, int decimals);   // "3.14"; "-" where it is not finite
std::string readable_bytes(int64_t bytes);       // "512 B", "93.8 MiB"
std::string readable_count(int64_t count);       // "1,234,567"
std::string readable_parameters(int64_t count);  // "134.5 M", "2.27 B"
std::string readable_duration(double seconds);   // "0:07", "12:30", "3:05:00"

// `text` with spaces behind it, `width` bytes at least: a column of a table.
std::string padded(std::string text, size_t width);

}  // namespace capy
