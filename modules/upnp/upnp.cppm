// SPDX-License-Identifier: MIT
module;

/// UPnP Internet Gateway Devices: to find one, to read what it says, and to open ports by it.
export module portolan.upnp;

export import portolan.session;
export import :error;
export import :text;
export import :http;
export import :url;
export import :ssdp;
export import :description;
export import :soap;
export import :actions;
export import :search;
export import :types;
export import :machine;
export import :call;
export import :link;
import :xml;
import :record;
