// SPDX-License-Identifier: MIT
module;

export module portolan.wire;

export import :refusal;
export import :address;
export import :reach;
export import :codes;
export import :option_code;
export import :prefix64;
export import :option;
export import :options;
export import :nat64;
export import :header;
export import :raw;
export import :announce;
export import :map;
export import :peer;
export import :nat_pmp;
export import :datagram;
export import :drafts;
export import :utf8;
export import :rule;
export import :option_rules;
export import :rules;
export import :draft_rules;
export import :format;
export import :annotate;
