// The panel works without scripts; this adds ticking clocks, dialogs, the sentence being heard, and a warning when the
// line to the station is lost.
import "./clock.js";
import "./fragments.js";
import "./dialog.js";
import "./follow.js";
import "./forms.js";
import "./keep.js";
