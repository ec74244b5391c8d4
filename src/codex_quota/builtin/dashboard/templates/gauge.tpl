<span class="gauge {{row.tone}}\\
% if row.binding:
 binding\\
% end
% if row.limit:
 named\\
% end
">\\
% if named:
<span class="label">\\
%   if row.limit:
<span class="limit" title="{{row.limit}}">{{row.limit}}</span> \\
%   end
{{row.period}}\\
%   if row.extra:
 <span class="extra">{{row.extra}}</span>\\
%   end
</span>\\
% end
% if row.says is not None:
<span class="says">{{!tick(row.says, row.moment)}}</span>\\
% else:
<svg class="bar" height="8" width="100%" aria-hidden="true">\\
%   if row.filled:
<rect height="8" rx="4" width="{{round(row.filled * 100, 1)}}%"/>\\
%   end
</svg><span class="figure">{{row.number}}\\
%   if row.number != "-":
<span class="unit">%<span class="unseen"> {{say("used") if settings.show == "used" else say("left")}}</span></span>\\
%   end
</span><span class="reset {{row.reset_tone}}">{{!tick(row.reset, row.moment)}}</span>\\
%   if row.forecast and (named or row.pace_tone == "critical"):
<span class="forecast {{row.pace_tone}}">{{row.forecast}}</span>\\
%   end
% end
</span>\\
