// SPDX-License-Identifier: MIT
module;

/// The command `portolan`: what its arguments mean, what it does, and what it says. A module, so that tests see it.
export module portolan.cli;

export import portolan;
export import portolan.simulator;
export import :exit_status;
export import :arguments;
export import :hex;
export import :keep_plan;
export import :commands;
export import :command_line;
export import :failure;
export import :capture;
export import :json;
export import :message_json;
export import :output;
export import :run;
export import :shell;
