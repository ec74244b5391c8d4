% here, wide, scripts, every = get("here", ""), get("wide", False), get("scripts", ()), get("every", 0)
<!doctype html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<title>{{title}} · codex-quota</title>
<link rel="icon" href="{{static("icon.svg")}}" type="image/svg+xml">
<link rel="stylesheet" href="{{static("app.css")}}">
% if every:
<noscript><meta http-equiv="refresh" content="{{every}}"></noscript>
% end
% for script in scripts:
<script src="{{static(script)}}" defer></script>
% end
</head>
<body>
<a class="skip" href="#main">{{say("Skip to the content")}}</a>
<header class="top">
  <a class="brand" href="{{url("/")}}"><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M4 15a8 8 0 1 1 16 0" class="dial"/><path d="M12 15l4-5" class="hand"/></svg>codex-quota</a>
  <nav aria-label="{{say("Main")}}">
    <a href="{{url("/")}}"\\
% if here == "quota":
 aria-current="page"\\
% end
>{{say("Quota")}}</a>
    <a href="{{url("/charts")}}"\\
% if here == "charts":
 aria-current="page"\\
% end
>{{say("Charts")}}</a>
    <a href="{{url("/auth")}}"\\
% if here == "accounts":
 aria-current="page"\\
% end
>{{say("Accounts")}}</a>
  </nav>
</header>
<main id="main" tabindex="-1" class="{{"wide" if wide else "column"}}">
{{!base}}
</main>
</body>
</html>
