// What every page runs. Each module works by itself, and no page needs it.
import "./menus.js";
import "./tabs.js";
import "./times.js";
import "./theme.js";
import "./bracket.js";
import "./seeding.js";
import "./live.js";
import "./notice.js";
