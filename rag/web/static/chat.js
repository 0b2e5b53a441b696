// The page of the chat.
import "./asking.js";
import "./conversations.js";
import "./copying.js";
import "./opening.js";
import "./rating.js";
