// The page of the chat.
import "./asking.js";
import "./conversations.js";
import "./copying.js";
import "./drafts.js";
import "./finding.js";
import "./measurements.js";
import "./menus.js";
import "./opening.js";
import "./options.js";
import "./printing.js";
import "./rating.js";
import "./saving.js";
import "./suggestions.js";
